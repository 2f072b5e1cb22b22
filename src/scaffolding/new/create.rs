//! From a description and a template to a folder.

use std::fs;
use std::path::{Path, PathBuf};

use dhtl_project_model::DistributionName;

use super::{NameError, NewError, NewProject};
use crate::destination::{Destination, Staging, write_below};
use crate::templates::{Catalogue, NewFile, Renderer, Template};

/// What to make, and where.
pub struct NewRequest<'a> {
    /// The project.
    pub project: &'a NewProject,
    /// What it is made from, with all that it includes.
    pub template: &'a Template,
    /// Where the texts of licences are.
    pub catalogue: &'a Catalogue,
    /// The new folder, relative to `parent`; by default it is called as the project.
    pub destination: Option<&'a Path>,
    /// Where a folder with the default name is made.
    pub parent: &'a Path,
}

/// A project that was made just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// Its folder.
    pub folder: PathBuf,
    /// Its files, by path below the folder.
    pub files: Vec<String>,
    /// Whether the folder was there before, empty.
    was_there: bool,
}

impl Created {
    /// Takes all of it away again, with whatever was put into it since.
    pub fn remove(&self) {
        // What cannot be removed now is the user's to see.
        let _ = fs::remove_dir_all(&self.folder);
        if self.was_there {
            let _ = fs::create_dir(&self.folder);
        }
    }
}

/// Makes the folder of a new project, whole or not at all.
pub fn create(request: &NewRequest<'_>) -> Result<Created, NewError> {
    let name = request.project.name.as_str();
    let destination = match request.destination {
        Some(folder) => Destination::named(request.parent, folder)?,
        None => Destination::default_name(request.parent, name.as_ref())?,
    };
    let files = files(request)?;
    let staging = Staging::within(&destination.parent)?;
    let prepared = staging.path().join("project");
    for file in &files {
        write_below(&prepared, &file.path, &file.bytes)?;
    }
    let was_there = destination.folder.is_dir();
    let folder = staging.publish(&prepared, &destination)?;
    Ok(Created {
        folder,
        files: files.into_iter().map(|file| file.path).collect(),
        was_there,
    })
}

/// The files of the project, by path. Touches nothing.
fn files(request: &NewRequest<'_>) -> Result<Vec<NewFile>, NewError> {
    let values = request.project.values(request.template.name());
    let renderer = Renderer::new(request.template, values.clone());
    check_dependencies(request, &renderer)?;
    let mut files = renderer.files()?;
    if let Some(license) = request.project.license.file(request.catalogue, &values)?
        && !files.iter().any(|file| file.path == license.path)
    {
        files.push(license);
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(files)
}

/// Whether the template has the project depend on something of its own name, which no resolver
/// could tell from it.
fn check_dependencies(request: &NewRequest<'_>, renderer: &Renderer<'_>) -> Result<(), NewError> {
    let own = request.project.name.normalised();
    let is_own = |requirement: &String| {
        let end = requirement.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
        DistributionName::new(&requirement[..end.unwrap_or(requirement.len())]) == own
    };
    let lists = ["dependencies", "development"].map(|name| renderer.texts(name));
    if lists.iter().flatten().any(is_own) {
        return Err(NameError::Dependency {
            name: own.to_string(),
        }
        .into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::templates::TemplateFile;
    use crate::{License, ProjectName};

    fn project(name: ProjectName) -> NewProject {
        NewProject {
            name,
            description: String::new(),
            author: None,
            license: License::None,
            python: None,
            ci: Vec::new(),
            year: 2026,
        }
    }

    /// Makes a project in `world/here` from a template with one file.
    fn make(world: &Path, name: ProjectName, path: &str, text: &str) -> Result<Created, NewError> {
        let file = TemplateFile {
            path: path.to_owned(),
            bytes: text.as_bytes().to_vec(),
        };
        create(&NewRequest {
            project: &project(name),
            template: &Template::of_files("t", [file])?,
            catalogue: &Catalogue::built_in([]),
            destination: None,
            parent: &world.join("here"),
        })
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    #[test]
    fn what_was_made_can_be_taken_away() {
        let world = tempfile::tempdir().unwrap();
        fs::create_dir_all(world.path().join("here/shop")).unwrap();
        let name = ProjectName::parse("shop").unwrap();
        let created = make(world.path(), name, "{{package}}/a", "").unwrap();
        assert_eq!(created.files, ["shop/a"]);
        assert!(created.folder.join("shop/a").is_file());
        created.remove();
        assert_eq!(names(&created.folder), [""; 0], "it was there, empty");
    }

    proptest! {
        #[test]
        fn nothing_is_written_elsewhere(
            name in "[a-zA-Z0-9._/ -]{1,10}",
            path in "([a-z./\\\\~: -]|\\{\\{name\\}\\}|\\{\\{'\\.\\./'\\}\\}|\\.\\./|\\.git){1,6}(\\.j2)?",
            text in "[{}%#'a -]{0,12}",
        ) {
            let world = tempfile::tempdir().unwrap();
            fs::create_dir(world.path().join("here")).unwrap();
            let made = ProjectName::parse(&name)
                .ok()
                .and_then(|name| make(world.path(), name, &path, &text).ok());
            prop_assert_eq!(names(world.path()), ["here"]);
            let here = names(&world.path().join("here"));
            match made {
                Some(created) => {
                    prop_assert_eq!(here, [name]);
                    prop_assert!(!created.folder.join(".git").exists());
                }
                None => prop_assert!(here.is_empty(), "{:?}", here),
            }
        }
    }
}
