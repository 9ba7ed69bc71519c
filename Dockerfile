# The operator's image: the binary, the roots that Mozilla trusts, the terms of all that, and nothing else. `cargo xtask image` makes what is
# copied here, builds it and looks at what came out; why nothing is compiled here: docs/decisions/0017-the-image.md.
FROM scratch

# Set by the engine: amd64 or arm64.
ARG TARGETARCH

LABEL org.opencontainers.image.title="cognigy-sso-operator" \
      org.opencontainers.image.description="A Kubernetes operator for the single sign-on settings of Cognigy.AI" \
      org.opencontainers.image.licenses="Apache-2.0"

COPY --chmod=0644 dist/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --chmod=0644 dist/licenses/LICENSE dist/licenses/THIRD-PARTY.txt /licenses/
COPY --chmod=0755 dist/linux/$TARGETARCH/cognigy-sso-operator /cognigy-sso-operator

# By number, so that Kubernetes can tell that it is not root (runAsNonRoot).
USER 65532:65532
EXPOSE 8080 8081
ENTRYPOINT ["/cognigy-sso-operator"]
CMD ["run"]
