# `make` shows what there is. It takes Rust (with rustup), a C compiler and Go; CONTRIBUTING.md says what else is used where it is there.

CACHE = $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/cognigy-sso-operator

.PHONY: help demo test build image fmt lint generate book clean-cache

help:
	@echo "make demo          watch it work: from a bare machine to a resource that is Ready"
	@echo "make demo KEEP=1   the same, and it stays up until Ctrl-C"
	@echo "make test          all that CI checks: formatting, lints, generated files, dependencies, tests"
	@echo "make build         the operator, for use: target/release/cognigy-sso-operator"
	@echo "make image         the container image, into dist/image; it takes Linux and buildah"
	@echo "make fmt           format the code"
	@echo "make lint          clippy, as CI runs it"
	@echo "make generate      all files that are made from others: crds, values, manifests, reference pages"
	@echo "make book          render docs/ as a book: target/book/index.html (needs mdBook)"
	@echo "cargo xtask bench  measure speed and memory beside a peer in Go (docs/performance.md)"
	@echo "make clean-cache   remove the control plane and the OpenID providers that tests and demo have built"

demo:
	@cargo xtask demo $(if $(filter-out 0 no false,$(KEEP)),--keep)

test:
	@cargo xtask test

build:
	cargo build --release --package cognigy-sso-operator

image:
	@cargo xtask image

fmt:
	cargo fmt --all

lint:
	cargo clippy --workspace --all-targets -- --deny warnings

generate:
	@cargo xtask generate

book:
	@cargo xtask book

clean-cache:
	rm -rf '$(CACHE)'
