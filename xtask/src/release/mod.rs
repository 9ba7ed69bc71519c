//! `cargo xtask release`: what a release is made of. Nothing here talks to a registry: the workflow does, with what was made here.

mod assets;
mod chart;
mod manifest;
mod notes;
mod sbom;

use anyhow::ensure;

pub use assets::rehearse;

/// The version that is released: the one of all crates.
const VERSION: &str = env!("CARGO_PKG_VERSION");

#[derive(clap::Subcommand)]
pub enum Release {
    /// Print what CHANGELOG.md says of a version; fails where the versions of crates and chart are not the tag's.
    Notes {
        /// The tag, for example v1.2.3
        tag: String,
    },
    /// Fill dist/release from dist/linux and dist/image: binaries, SBOMs, chart, install.yaml, checksums.
    Assets {
        /// Where the image will be, for example ghcr.io/OWNER/cognigy-sso-operator
        #[arg(long)]
        repository: String,
    },
}

impl Release {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Notes { tag } => {
                print!("{}", notes::of(&tag)?);
                Ok(())
            }
            Self::Assets { repository } => assets::fill(&repository).await,
        }
    }
}

/// An image by what is in it: whoever pulls it gets this one or none.
#[derive(Debug)]
struct Image<'a> {
    repository: &'a str,
    digest: &'a str,
}

impl<'a> Image<'a> {
    fn new(repository: &'a str, digest: &'a str) -> anyhow::Result<Self> {
        let plain = |character: char| matches!(character, 'a'..='z' | '0'..='9' | '.' | '-' | '_' | '/' | ':');
        ensure!(
            !repository.is_empty() && repository.chars().all(plain),
            "{repository:?} is no image repository: lower-case letters, digits and . - _ / : are"
        );
        Ok(Self { repository, digest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_has_no_upper_case_letters() {
        assert!(Image::new("ghcr.io/acme/operator", "sha256:1").is_ok());
        for wrong in ["ghcr.io/Acme/operator", "", "ghcr.io/acme/operator@sha256"] {
            assert!(Image::new(wrong, "sha256:1").is_err(), "{wrong}");
        }
    }
}
