//! The words that labels may have as their values. The sets are closed: what is outside never chooses a word.

/// An enum of words.
macro_rules! words {
    ($(#[$about:meta])* $visibility:vis enum $name:ident { $($(#[$meaning:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $visibility enum $name {
            $($(#[$meaning])* $variant,)+
        }

        impl $name {
            /// The word itself.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// Every word.
            pub(super) fn words() -> Vec<&'static str> {
                vec![$($word),+]
            }
        }
    };
}

pub(super) use words;

words! {
    /// How a visit ended.
    pub(crate) enum Reconciled {
        /// Nothing is left to do before the interval is over.
        Settled = "settled",
        /// Something is missing or out of reach, and it goes on by itself.
        Retry = "retry",
        /// A person must act.
        Stalled = "stalled",
        /// It ended before its end.
        Interrupted = "interrupted",
        /// A fault of the operator ended it.
        Panicked = "panicked",
    }
}

words! {
    /// What providers publish.
    pub(crate) enum Document {
        Discovery = "discovery",
        Keys = "keys",
        Metadata = "metadata",
    }
}

words! {
    /// Was a document held already?
    pub enum Found {
        /// It was.
        Hit = "hit",
        /// It had to be fetched.
        Miss = "miss",
    }
}

words! {
    /// What is watched.
    pub(crate) enum Watched {
        Resources = "identityproviderconfigs",
        Secrets = "secrets",
        ConfigMaps = "configmaps",
        Leases = "leases",
    }
}
