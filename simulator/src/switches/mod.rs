//! Where the contract leaves a choice (section 10): each switch, the two presets, and setting one by name.

mod values;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use values::{
    AppFields, AppInfoToken, BarePutComment, BootstrapApp, ForbiddenCode, InstallMethod, NameScope, OneOf, Paging,
    PublicClientKey, PublicFlowClient, RefreshRotation, Spelling, TokenExpiry, TokenGate,
};

use crate::options::Contract;

/// All switches. Their JSON is what `/_sim/state` shows and what `/_sim/reset` takes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switches {
    /// The contract whose preset the others started from.
    pub contract: Contract,
    /// How a tenant installs.
    pub install_method: InstallMethod,
    /// Status of a creation.
    pub create_status: OneOf<201, 200>,
    /// How the type of a confidential client is spelt.
    pub client_type_spelling: Spelling,
    /// Default size of a page and members of `meta`.
    pub paging: Paging,
    /// How a token answer tells when the token ends.
    pub token_expiry: TokenExpiry,
    /// Whether permissions, consent status and count exist.
    pub app_fields: AppFields,
    /// Which tokens may ask for installed tenants.
    pub app_info_token: AppInfoToken,
    /// Name of the member that holds the public client.
    pub public_client_key: PublicClientKey,
    /// Which clients may use the code flow without a secret.
    pub public_flow_client: PublicFlowClient,
    /// Status of a wrong client secret.
    pub wrong_secret_status: OneOf<400, 401>,
    /// Where a tenant that does not let the application in is noticed.
    pub token_gate: TokenGate,
    /// Status of the installation of an invisible application.
    pub install_refusal: OneOf<404, 403>,
    /// Code of a missing permission.
    pub forbidden_code: ForbiddenCode,
    /// Where names are unique.
    pub name_scope: NameScope,
    /// Status of a change to a name that is taken.
    pub patch_name_conflict: OneOf<409, 200>,
    /// What allowing a tenant again without a comment does to the earlier one.
    pub bare_put_comment: BarePutComment,
    /// Whether allowing a tenant again brings its installation back to life.
    pub readd_restores: bool,
    /// Whether tokens obtained with a rotated secret die with it.
    pub rotation_kills_tokens: bool,
    /// Whether tokens of applications may register and install.
    pub bootstrap_app: BootstrapApp,
    /// What a refresh does to the refresh token used.
    pub refresh_rotation: RefreshRotation,
    /// Larger request bodies are answered 413.
    pub body_limit: usize,
}

/// Default of the switch for the size of request bodies.
const MEBIBYTE: usize = 1024 * 1024;

impl Switches {
    /// The preset of a contract.
    pub fn of(contract: Contract) -> Self {
        let newest = Self {
            contract,
            install_method: InstallMethod::Post,
            create_status: OneOf::default(),
            client_type_spelling: Spelling::Confidental,
            paging: Paging::Full,
            token_expiry: TokenExpiry::In,
            app_fields: AppFields::Full,
            app_info_token: AppInfoToken::Any,
            public_client_key: PublicClientKey::Specified,
            public_flow_client: PublicFlowClient::Public,
            wrong_secret_status: OneOf::default(),
            token_gate: TokenGate::Token,
            install_refusal: OneOf::default(),
            forbidden_code: ForbiddenCode::NoAccessToResource,
            name_scope: NameScope::Tenant,
            patch_name_conflict: OneOf::default(),
            bare_put_comment: BarePutComment::Keep,
            readd_restores: true,
            rotation_kills_tokens: false,
            bootstrap_app: BootstrapApp::Allow,
            refresh_rotation: RefreshRotation::Keep,
            body_limit: MEBIBYTE,
        };
        match contract {
            Contract::December2019 => newest,
            Contract::May2019 => Self {
                install_method: InstallMethod::Put,
                create_status: OneOf::other(),
                paging: Paging::Short,
                app_fields: AppFields::Min,
                ..newest
            },
        }
    }

    /// The same with one more set by name. Setting `contract` presets all others, so it comes first.
    pub fn with(&self, name: &str, value: &Value) -> Result<Self, UnknownSwitch> {
        let mut all = json!(self);
        all[name] = value.clone();
        let set: Self =
            serde_json::from_value(all).map_err(|error| UnknownSwitch(name.to_owned(), error.to_string()))?;
        Ok(if name == "contract" {
            Self::of(set.contract)
        } else {
            set
        })
    }

    /// Whether names, consent and counts of the later contract exist.
    pub fn has_all_fields(&self) -> bool {
        self.app_fields == AppFields::Full
    }
}

/// A switch that does not exist, or a value that it cannot take; the message lists what there is.
#[derive(Debug)]
pub struct UnknownSwitch(String, String);

impl fmt::Display for UnknownSwitch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "switch {}: {}", self.0, self.1)
    }
}

impl std::error::Error for UnknownSwitch {}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{InstallMethod, Paging, Switches};
    use crate::options::Contract;

    #[test]
    fn a_contract_presets_and_a_switch_changes_one() {
        let newest = Switches::of(Contract::December2019);
        let older = newest.with("contract", &json!("2019-05")).expect("a contract");
        assert_eq!(
            (older.install_method, older.paging),
            (InstallMethod::Put, Paging::Short)
        );
        assert_eq!(older.create_status.status(), 200);
        let mixed = older.with("paging", &json!("full")).expect("a switch");
        assert_eq!((mixed.install_method, mixed.paging), (InstallMethod::Put, Paging::Full));
    }

    #[test]
    fn what_does_not_exist_is_refused_with_what_does() {
        let newest = Switches::of(Contract::December2019);
        for (name, value, why) in [
            ("token_gate", json!("door"), "expected `token` or `api`"),
            ("create_status", json!(202), "expected 201 or 200, not 202"),
            ("readd_restores", json!("no"), "expected a boolean"),
            ("contract", json!("2020-01"), "expected `2019-12` or `2019-05`"),
            ("speed", json!(1), "expected one of `contract`, `install_method`"),
        ] {
            let refused = newest.with(name, &value).expect_err(name).to_string();
            assert!(refused.contains(why) && refused.contains(name), "{refused}");
        }
    }
}
