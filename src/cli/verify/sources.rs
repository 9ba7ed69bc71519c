//! Where the resources to check are.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use cognigy_sso_decide::Resource;
use kube::api::ListParams;
use kube::{Api, Client};
use zeroize::Zeroizing;

use crate::observe::{Given, Reader};
use crate::selector::LabelSelector;
use crate::watched::Watched;

/// A resource, and where it is from.
pub(super) struct Found {
    pub(super) resource: Resource,
    pub(super) source: String,
}

/// A value of a Secret, and the environment variable that holds it.
#[derive(Clone, Debug)]
pub(super) struct SecretFromEnv {
    secret: String,
    key: String,
    variable: String,
}

impl FromStr for SecretFromEnv {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('=').and_then(|(place, variable)| Some((place.split_once('/')?, variable)));
        let form = "write SECRET/KEY=VARIABLE, for example acme-oidc/clientSecret=CLIENT_SECRET";
        let ((secret, key), variable) = parts.ok_or(form)?;
        if [secret, key, variable].contains(&"") {
            return Err(form);
        }
        Ok(Self { secret: secret.to_owned(), key: key.to_owned(), variable: variable.to_owned() })
    }
}

/// What is looked for in a cluster.
pub(super) struct Wanted<'a> {
    /// All namespaces where there is none.
    pub(super) namespace: Option<String>,
    /// All resources where there is none.
    pub(super) names: &'a [String],
    pub(super) selector: Option<&'a LabelSelector>,
}

/// Resources in files, and the objects that are given with them. One without a namespace is of the one that is asked for.
pub(super) fn in_files(
    files: &[PathBuf],
    from_env: &[SecretFromEnv],
    namespace: Option<&str>,
) -> anyhow::Result<(Reader, Vec<Found>)> {
    let (mut given, mut found) = (Given::default(), Vec::new());
    for path in files.iter().map(|path| expand(path)).collect::<anyhow::Result<Vec<_>>>()?.concat() {
        let source = if is_standard_input(&path) { "standard input".to_owned() } else { path.display().to_string() };
        let text = read(&path).with_context(|| source.clone())?;
        let resources = given.take(&text).map_err(|unreadable| {
            let line = unreadable.line.map_or_else(String::new, |line| format!(", line {line}"));
            anyhow::anyhow!("{source}{line} {}", unreadable.what)
        })?;
        found.extend(resources.into_iter().map(|watched| {
            let mut resource = Resource::from(watched);
            if resource.namespace.is_empty() {
                resource.namespace = namespace.unwrap_or("default").into();
            }
            Found { resource, source: source.clone() }
        }));
    }
    for SecretFromEnv { secret, key, variable } in from_env {
        if let Some(value) = std::env::var(variable).ok().filter(|value| !value.is_empty()) {
            given.take_value(secret, key, value);
        }
    }
    Ok((Reader::Given(Arc::new(given)), found))
}

fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

/// The YAML and JSON files of a folder, in the order of their names.
fn expand(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if is_standard_input(path) || !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).with_context(|| path.display().to_string())?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|end| ["yaml", "yml", "json"].iter().any(|known| end == *known)));
    files.sort();
    Ok(files)
}

fn read(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    if is_standard_input(path) {
        std::io::stdin().read_to_string(&mut text)?;
    } else {
        fs::File::open(path)?.read_to_string(&mut text)?;
    }
    Ok(text)
}

/// Resources as they are in a cluster.
pub(super) async fn in_cluster(client: &Client, wanted: &Wanted<'_>) -> anyhow::Result<Vec<Found>> {
    let api: Api<Watched> = match &wanted.namespace {
        Some(namespace) => Api::namespaced(client.clone(), namespace),
        None => Api::all(client.clone()),
    };
    let mut watched = Vec::new();
    if wanted.names.is_empty() {
        let params = ListParams { label_selector: wanted.selector.map(ToString::to_string), ..ListParams::default() };
        watched = api.list(&params).await.context("the resources cannot be listed")?.items;
    }
    for name in wanted.names {
        match api.get_opt(name).await.with_context(|| format!("{name} cannot be read"))? {
            Some(resource) => watched.push(resource),
            None => bail!("there is no IdentityProviderConfig {name} in this namespace"),
        }
    }
    let source = |resource: &Resource| format!("namespace {}", resource.namespace);
    let found = watched.into_iter().map(Resource::from);
    Ok(found.map(|resource| Found { source: source(&resource), resource }).collect())
}
