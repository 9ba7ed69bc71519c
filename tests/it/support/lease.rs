//! The lease that replicas act under.

use k8s_openapi::api::coordination::v1::Lease;
use kube::Api;
use kube::api::{Patch, PatchParams};
use serde_json::json;

use super::{LEASE, World};

impl World {
    pub fn leases(&self) -> Api<Lease> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// Gives the lease to somebody, as if it had been won; to nobody, if the name is empty.
    pub async fn give_lease_to(&self, holder: &str) {
        let spec = json!({ "spec": { "holderIdentity": holder } });
        self.leases().patch(LEASE, &PatchParams::default(), &Patch::Merge(spec)).await.unwrap();
    }
}
