//! The servers as the operator's adapters reach them.

use std::rc::Rc;

use cognigy_sso_decide::{
    Account, CallFault, Change, ChangeKind, CognigyCall, Fault, Login, Metadata, NoAnswer, Provider, ProviderFault,
    Resource, TransportFault, Trial,
};

use super::World;
use crate::crash::{Action, CrashPoint};
use crate::executor::Owner;
use crate::history::{self, What};
use crate::kubernetes::{Name, Written};
use crate::operator::Content;
use crate::strategy::Strategy;
use crate::time::{Millis, SECOND};
use crate::weather::{Fate, Operation, WriteTrouble, Wrong};
use crate::{openid, saml};

/// What the adapter makes of an answer that a fate has changed.
type Answer<T> = (Result<T, CallFault>, Millis);

impl World {
    /// Serves a call to Cognigy.AI, unless something comes between.
    fn serve<T>(&self, operation: Operation, serve: impl Fn() -> Result<T, CallFault>) -> Answer<T> {
        let fate = self.weather.borrow_mut().fate(operation);
        *self.arrivals.borrow_mut().entry(self.now() / SECOND).or_default() += 1;
        match fate {
            None => (serve(), 0),
            Some(Fate::Lost(failing)) => (Err(failing.fault(operation)), failing.takes()),
            Some(Fate::AnswerLost(failing)) => {
                let _ = serve();
                (Err(failing.fault(operation)), failing.takes())
            }
            Some(Fate::Twice) => {
                let _ = serve();
                (serve(), 0)
            }
        }
    }

    /// Whose key it is.
    pub(crate) async fn me(self: &Rc<Self>, key: String) -> Result<Account, CallFault> {
        let world = Rc::clone(self);
        let serve = move || world.serve(Operation::Me, || world.cognigy.borrow().user(&key, CognigyCall::Me));
        self.ask_slowly(serve).await
    }

    /// What the organization has, as far as it shows.
    pub(crate) async fn look(
        self: &Rc<Self>,
        key: String,
        organization: String,
        strategy: Strategy,
        is_first: bool,
    ) -> (Login, Result<Option<Change>, CallFault>) {
        let world = Rc::clone(self);
        let serve = move || {
            let login = world.cognigy.borrow().login(&organization, strategy);
            let (history, takes) = world.serve(Operation::Look, || {
                let cognigy = world.cognigy.borrow();
                let configured = cognigy.newest(&key, Some(ChangeKind::Configure), world.now())?;
                if configured.is_none() && is_first { Ok(None) } else { cognigy.newest(&key, None, world.now()) }
            });
            // What makes one fail makes the other tell nothing.
            let login = if takes > 0 { Login::Silent } else { login };
            ((login, history), takes)
        };
        self.ask_slowly(serve).await
    }

    /// The newest configuration.
    pub(crate) async fn find_event(self: &Rc<Self>, key: String) -> Result<Option<Change>, CallFault> {
        let world = Rc::clone(self);
        let serve = move || {
            world.serve(Operation::FindEvent, || {
                world.cognigy.borrow().newest(&key, Some(ChangeKind::Configure), world.now())
            })
        };
        self.ask_slowly(serve).await
    }

    /// Changes the configuration of a key's organization: with a body it configures, without it resets.
    pub(crate) async fn change(
        self: &Rc<Self>,
        process: Owner,
        resource: &Resource,
        key: String,
        body: Option<String>,
    ) -> Result<(), CallFault> {
        let action = if body.is_some() { Action::Configure } else { Action::Reset };
        self.pass(process, CrashPoint::Before(action)).await;
        let organization = self.organization_of(&key);
        let call = self.calls.get() + 1;
        self.calls.set(call);
        let change = match &body {
            None => history::Change::Reset,
            Some(body) => {
                let known = self.editions.borrow().get(&(organization.clone(), body.as_str().into())).cloned();
                history::Change::Configure(known)
            }
        };
        let (name, to) = (resource.name.clone(), organization.clone());
        let deleting = resource.deleting;
        self.note(What::Sent { call, process, resource: name, organization: to, change, deleting });
        let world = Rc::clone(self);
        let serve = move || {
            world.happen_inside_call(process);
            let answer = world.serve_change(call, &organization, &key, body.as_deref());
            world.dies_at(process, CrashPoint::TookEffect(action));
            answer
        };
        let asking = self.ask_slowly(serve);
        let passing = async {
            self.pass(process, CrashPoint::Sent(action)).await;
        };
        let (answer, ()) = futures::join!(asking, passing);
        self.pass(process, CrashPoint::Answered(action)).await;
        answer
    }

    fn serve_change(&self, call: u64, organization: &str, key: &str, body: Option<&str>) -> Answer<()> {
        let operation = if body.is_some() { Operation::Configure } else { Operation::Reset };
        let events = || self.cognigy.borrow().organizations.get(organization).map_or(0, |found| found.log.len());
        let before = events();
        let (answer, takes) = self.serve(operation, || match body {
            Some(body) => self.cognigy.borrow_mut().configure(key, body, self.now()),
            None => self.cognigy.borrow_mut().reset(key, self.now()),
        });
        let took_effect = events() > before;
        let is_final = |fault: &CallFault| !fault.leaves_outcome_open() && !fault.class().is_passing();
        let refused = !took_effect && answer.as_ref().is_err_and(is_final);
        self.note(What::Ended { call, took_effect, refused });
        if took_effect {
            self.note(What::Holds(organization.into(), self.holding(organization)));
        }
        (answer, takes)
    }

    fn organization_of(&self, key: &str) -> Box<str> {
        self.cognigy.borrow().keys.get(key).map_or("nobody", |account| &account.organization).into()
    }

    /// What an OpenID provider publishes.
    pub(crate) async fn discover(self: &Rc<Self>, issuer: String) -> Result<Provider, ProviderFault> {
        let provider = issuer.clone();
        self.ask_provider(provider, move |_, wrong| openid::answers(&issuer, wrong)).await
    }

    /// What the metadata of a SAML identity provider says.
    pub(crate) async fn fetch_metadata(self: &Rc<Self>, url: String) -> Result<Metadata, ProviderFault> {
        let provider = saml::base(&url).to_owned();
        self.ask_provider(provider, move |world, wrong| saml::answers(&url, world.certificates.get(), wrong)).await
    }

    async fn ask_provider<T: 'static>(
        self: &Rc<Self>,
        provider: String,
        answers: impl FnOnce(&Self, Option<Wrong>) -> Result<T, ProviderFault> + 'static,
    ) -> Result<T, ProviderFault> {
        let world = Rc::clone(self);
        let serve = move || {
            let wrong = world.weather.borrow().wrong_with(&provider, world.now());
            let takes = if wrong == Some(Wrong::Transport(TransportFault::TimedOut)) { 10 * SECOND } else { 50 };
            (answers(&world, wrong), takes)
        };
        self.ask_slowly(serve).await
    }

    /// What a provider answers a client that is registered as it should be.
    pub(crate) async fn try_client(self: &Rc<Self>, issuer: String) -> Trial {
        match self.discover(issuer).await {
            Err(ProviderFault::Transport { fault, .. }) => Trial::unanswered(NoAnswer::Transport(fault)),
            Err(ProviderFault::Status { status, .. }) if NoAnswer::of_status(status).is_some() => {
                Trial::unanswered(NoAnswer::Status(status))
            }
            _ => Trial::accepted(),
        }
    }

    /// Writes to Kubernetes.
    pub(crate) async fn write(self: &Rc<Self>, process: Owner, name: &Name, version: u64, content: Content) -> Written {
        let is_report = matches!(content, Content::Report(_));
        let world = Rc::clone(self);
        let name = name.clone();
        let serve = move || {
            let trouble = world.weather.borrow_mut().write();
            let answer = match trouble {
                Some(WriteTrouble::Refused(why)) => return Written::Failed(why),
                Some(WriteTrouble::Conflict) => return Written::Conflict,
                Some(WriteTrouble::AnswerLost) => {
                    drop(world.take_write(&name, version, content));
                    Written::Failed("504 after the write took effect")
                }
                None => world.take_write(&name, version, content),
            };
            if is_report {
                world.dies_at(process, CrashPoint::TookEffect(Action::Status));
            }
            answer
        };
        let asking = self.ask(serve);
        let passing = async {
            if is_report {
                self.pass(process, CrashPoint::Sent(Action::Status)).await;
            }
        };
        futures::join!(asking, passing).0
    }

    fn take_write(self: &Rc<Self>, name: &Name, version: u64, content: Content) -> Written {
        let before = self.kubernetes.borrow().log().len();
        let what = match &content {
            Content::Status(status) | Content::Report(status) => {
                self.inspect("a status", status);
                let generation = self.kubernetes.borrow().resource(name).map_or(0, |resource| resource.generation);
                What::Status(name.clone(), generation, std::sync::Arc::new(status.clone()))
            }
            Content::Finalizer(present) => What::Finalizer(name.clone(), *present),
        };
        let answer = match content {
            Content::Status(status) | Content::Report(status) => {
                self.kubernetes.borrow_mut().write_status(name, version, status)
            }
            Content::Finalizer(present) => self.kubernetes.borrow_mut().write_finalizer(name, version, present),
        };
        if self.kubernetes.borrow().log().len() > before {
            self.note(what);
            if self.kubernetes.borrow().resource(name).is_none() {
                self.note(What::Gone(name.clone()));
            }
            self.publish();
        }
        answer
    }

    /// Reads a resource.
    pub(crate) async fn get(self: &Rc<Self>, name: &Name) -> Option<Resource> {
        let (world, name) = (Rc::clone(self), name.clone());
        self.ask(move || world.kubernetes.borrow().resource(&name).cloned()).await
    }
}
