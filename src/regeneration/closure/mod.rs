//! Does every import of the project's own code resolve in the environment?

mod explanation;
mod folders;
mod reason;
mod scope;
mod search_path;

use std::collections::HashSet;

use dhtl_detection::imports_table::distribution_for;
use dhtl_project_model::{
    Condition, DistributionName, Evidence, FileClass, ImportSite, ImportedModule, Origin,
};
use serde::{Deserialize, Serialize};

pub use explanation::{ExplainedImport, FoundIn, ImportReport, ImportVerdict, explain_imports};
pub use reason::Reason;
pub use scope::CodePart;
pub(crate) use scope::leave_out;
pub(crate) use search_path::SearchPath;

/// How the imports of a project resolve in an environment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Closure {
    /// How many third-party modules resolve.
    pub resolved: usize,
    /// Those that do not, ordered by module.
    pub unresolved: Vec<UnresolvedImport>,
    /// The distributions that the table names for what is imported and needed, resolved or not.
    #[serde(skip)]
    pub(crate) imported: Vec<DistributionName>,
}

/// A module that the environment does not provide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnresolvedImport {
    /// The module, as it is imported.
    pub module: String,
    /// How much the project needs it: the strongest of its sites.
    pub need: Need,
    /// The distribution the built-in table names for it.
    pub distribution: Option<DistributionName>,
    /// Every place that imports it.
    pub evidence: Vec<Evidence>,
}

/// How much a project needs a module, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// The project's own packages fail without it.
    Required,
    /// Tests, documentation, examples or scripts fail without it.
    Development,
    /// A part of the project fails without it, and another part copes: it is an option.
    Optional,
    /// A function fails without it when it is called.
    Deferred,
    /// It is used on some platforms or Python versions only.
    Conditional,
    /// The code copes without it.
    Guarded,
    /// Only type checkers want it.
    TypeChecking,
}

impl Closure {
    /// The imports without which the project's own packages fail.
    pub fn required(&self) -> impl Iterator<Item = &UnresolvedImport> {
        self.unresolved
            .iter()
            .filter(|import| import.need == Need::Required)
    }

    /// The distributions that would resolve what can be resolved, as far as the table knows.
    pub(crate) fn candidates(&self) -> Vec<DistributionName> {
        let mut names = self
            .unresolved
            .iter()
            .filter(|import| import.need <= Need::Deferred)
            .filter_map(|import| import.distribution.clone())
            .collect::<Vec<_>>();
        names.sort();
        names.dedup();
        names
    }
}

/// Resolves what `imports` names against `search_path`.
pub(crate) fn closure(imports: &[ImportedModule], search_path: &SearchPath) -> Closure {
    let optional = optional_packages(imports);
    let mut closure = Closure {
        imported: imported(imports),
        ..Closure::default()
    };
    for import in imports
        .iter()
        .filter(|import| import.origin == Origin::ThirdParty)
    {
        let missing = import
            .sites
            .iter()
            .filter(|site| !search_path.provides_with(&import.module, &site.members))
            .collect::<Vec<_>>();
        match missing.iter().map(|site| need(site)).min() {
            None => closure.resolved += 1,
            Some(Need::Required) if optional.contains(top(&import.module)) => {
                closure
                    .unresolved
                    .push(unresolved(import, Need::Optional, &missing));
            }
            Some(need) => closure.unresolved.push(unresolved(import, need, &missing)),
        }
    }
    closure
}

fn imported(imports: &[ImportedModule]) -> Vec<DistributionName> {
    let third_party = imports
        .iter()
        .filter(|import| import.origin == Origin::ThirdParty);
    let mut names = third_party
        .filter(|import| import.sites.iter().any(|site| need(site) <= Need::Deferred))
        .filter_map(|import| {
            let sites = import.sites.iter().collect::<Vec<_>>();
            unresolved(import, Need::Required, &sites).distribution
        })
        .collect::<Vec<_>>();
    names.sort();
    names.dedup();
    names
}

/// The packages that the project's own packages can do without: some import of theirs is guarded.
///
/// What is guarded once is an option of the whole project, such as a database driver: the modules
/// that import it without a guard are only reached by those who have it.
fn optional_packages(imports: &[ImportedModule]) -> HashSet<&str> {
    let is_guarded = |site: &ImportSite| {
        site.condition == Condition::Guarded && site.class == FileClass::Package
    };
    imports
        .iter()
        .filter(|import| import.sites.iter().any(is_guarded))
        .map(|import| top(&import.module))
        .collect()
}

fn top(module: &str) -> &str {
    module.split('.').next().unwrap_or(module)
}

fn unresolved(import: &ImportedModule, need: Need, missing: &[&ImportSite]) -> UnresolvedImport {
    let with_member = missing
        .iter()
        .flat_map(|site| &site.members)
        .find_map(|member| distribution_for(&format!("{}.{member}", import.module)));
    UnresolvedImport {
        module: import.module.clone(),
        need,
        distribution: with_member.or_else(|| distribution_for(&import.module)),
        evidence: missing
            .iter()
            .map(|site| Evidence::at(site.path.clone(), site.line, "import"))
            .collect(),
    }
}

fn need(site: &ImportSite) -> Need {
    if site.class == FileClass::Data {
        // Nobody runs it, so nobody misses it.
        return Need::Guarded;
    }
    match site.condition {
        Condition::Always if site.class == FileClass::Package => Need::Required,
        Condition::Always => Need::Development,
        Condition::Deferred => Need::Deferred,
        Condition::Conditional => Need::Conditional,
        Condition::Guarded => Need::Guarded,
        Condition::TypeChecking => Need::TypeChecking,
    }
}

#[cfg(test)]
mod tests {
    use super::folders::tests::folder_with as site_packages;
    use super::*;

    #[track_caller]
    fn check(files: &[&str], module: &str, members: &[&str], expected: bool) {
        let folder = site_packages(files);
        let members = members
            .iter()
            .map(|member| (*member).to_owned())
            .collect::<Vec<_>>();
        let search_path = SearchPath::of(folder.path());
        assert_eq!(
            search_path.provides_with(module, &members),
            expected,
            "{module} {members:?}"
        );
    }

    #[test]
    fn a_regular_package_provides_its_submodules() {
        check(&["six/__init__.py"], "six.moves", &[], true);
    }

    #[test]
    fn a_module_is_a_file() {
        check(
            &["typing_extensions.py"],
            "typing_extensions",
            &["Self"],
            true,
        );
        check(
            &["_cffi_backend.cpython-311-x86_64-linux-gnu.so"],
            "_cffi_backend",
            &[],
            true,
        );
        check(&["typing_extensions.py"], "typing", &[], false);
    }

    #[test]
    fn each_part_below_a_namespace_package_must_exist() {
        let files = ["google/protobuf/__init__.py"];
        check(&files, "google.protobuf.message", &[], true);
        check(&files, "google.cloud.storage", &[], false);
        check(&files, "google", &["protobuf"], true);
        check(&files, "google", &["cloud"], false);
    }

    #[test]
    fn what_is_guarded_once_is_an_option_of_the_project() {
        let folder = site_packages(&[]);
        let import = |module: &str, condition| ImportedModule {
            module: module.to_owned(),
            origin: Origin::ThirdParty,
            sites: vec![ImportSite {
                path: "a.py".into(),
                line: 1,
                condition,
                class: FileClass::Package,
                members: Vec::new(),
            }],
        };
        let imports = [
            import("MySQLdb", Condition::Guarded),
            import("MySQLdb.constants", Condition::Always),
        ];
        let closure = closure(&imports, &SearchPath::of(folder.path()));
        let needs = closure
            .unresolved
            .iter()
            .map(|import| import.need)
            .collect::<Vec<_>>();
        assert_eq!(needs, [Need::Guarded, Need::Optional]);
    }

    #[test]
    fn the_strongest_site_decides_how_much_a_module_is_needed() {
        let folder = site_packages(&[]);
        let site = |condition, class| ImportSite {
            path: "a.py".into(),
            line: 1,
            condition,
            class,
            members: Vec::new(),
        };
        let import = ImportedModule {
            module: "absent".into(),
            origin: Origin::ThirdParty,
            sites: vec![
                site(Condition::Guarded, FileClass::Package),
                site(Condition::Always, FileClass::Tests),
            ],
        };
        let closure = closure(&[import], &SearchPath::of(folder.path()));
        assert_eq!(closure.unresolved[0].need, Need::Development);
        assert_eq!(closure.required().count(), 0);
    }
}
