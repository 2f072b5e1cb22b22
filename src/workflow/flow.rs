//! Steps that fit together: unique, without unknown needs, without cycles, and in an order.

use std::collections::{BTreeSet, HashMap};

use dhtl_project_model::{CancelToken, Diagnostic, ExitCode, Progress};

use crate::run::{self, RunOptions};
use crate::{FlowReport, Journal, Step};

/// Steps in an order in which each comes after what it needs; otherwise the order they were given.
#[derive(Debug)]
pub struct Flow<'a> {
    pub(crate) steps: Vec<Step<'a>>,
    /// For each step the positions of the steps it needs, each once.
    pub(crate) needs: Vec<Vec<usize>>,
}

/// The steps do not fit together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    /// Two steps have the same id.
    #[error("two steps are called `{id}`")]
    DuplicateStep {
        /// The id both have.
        id: String,
    },
    /// A step needs one that is not there.
    #[error("step `{step}` needs `{need}`, which is not a step of this flow")]
    UnknownNeed {
        /// The step that needs it.
        step: String,
        /// The id that no step has.
        need: String,
    },
    /// Steps need each other.
    #[error("steps need each other: {}", .steps.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" needs "))]
    Cycle {
        /// The ids along the cycle; the first is repeated at the end.
        steps: Vec<String>,
    },
}

impl Diagnostic for FlowError {
    fn exit_code(&self) -> ExitCode {
        ExitCode::Invalid
    }
}

impl<'a> Flow<'a> {
    /// Orders the steps: each after what it needs, and otherwise as they are given.
    pub fn new(steps: Vec<Step<'a>>) -> Result<Self, FlowError> {
        let needs = resolve(&steps)?;
        let order = order(&steps, &needs)?;
        let mut position = vec![0; steps.len()];
        for (after, &before) in order.iter().enumerate() {
            position[before] = after;
        }
        let needs = order
            .iter()
            .map(|&before| needs[before].iter().map(|&need| position[need]).collect())
            .collect();
        let mut steps: Vec<Option<Step<'a>>> = steps.into_iter().map(Some).collect();
        let steps = order
            .iter()
            .filter_map(|&before| steps[before].take())
            .collect();
        Ok(Self { steps, needs })
    }

    /// Runs what is not satisfied yet, tells `progress`, and returns how every step ended.
    ///
    /// After a failure, or once `cancel` is set, no further step starts; those that run are waited
    /// for. What ran is in `journal`, so that the next run goes on from there.
    pub fn run(
        &self,
        journal: &mut Journal,
        options: &RunOptions,
        progress: &dyn Progress,
        cancel: &CancelToken,
    ) -> FlowReport {
        run::run(self, journal, options, progress, cancel)
    }
}

/// The positions each step needs, in ascending order.
fn resolve(steps: &[Step<'_>]) -> Result<Vec<Vec<usize>>, FlowError> {
    let mut position = HashMap::new();
    for (index, step) in steps.iter().enumerate() {
        if position.insert(step.id.as_str(), index).is_some() {
            return Err(FlowError::DuplicateStep {
                id: step.id.clone(),
            });
        }
    }
    let resolve_one = |step: &Step<'_>| -> Result<Vec<usize>, FlowError> {
        let found: Result<BTreeSet<usize>, FlowError> = step
            .needs
            .iter()
            .map(|need| {
                position
                    .get(need.as_str())
                    .copied()
                    .ok_or_else(|| FlowError::UnknownNeed {
                        step: step.id.clone(),
                        need: need.clone(),
                    })
            })
            .collect();
        Ok(found?.into_iter().collect())
    };
    steps.iter().map(resolve_one).collect()
}

/// Kahn's algorithm, which always takes the earliest step that is free to go.
fn order(steps: &[Step<'_>], needs: &[Vec<usize>]) -> Result<Vec<usize>, FlowError> {
    let mut missing: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut needed_by = vec![Vec::new(); steps.len()];
    for (step, needs) in needs.iter().enumerate() {
        for &need in needs {
            needed_by[need].push(step);
        }
    }
    let mut free: BTreeSet<usize> = (0..steps.len())
        .filter(|&step| missing[step] == 0)
        .collect();
    let mut order = Vec::with_capacity(steps.len());
    while let Some(step) = free.pop_first() {
        order.push(step);
        for &dependent in &needed_by[step] {
            missing[dependent] -= 1;
            if missing[dependent] == 0 {
                free.insert(dependent);
            }
        }
    }
    match (0..steps.len()).find(|&step| missing[step] > 0) {
        None => Ok(order),
        Some(stuck) => Err(FlowError::Cycle {
            steps: cycle(stuck, steps, needs, &missing),
        }),
    }
}

/// Follows unmet needs from a stuck step until one comes up twice.
fn cycle(stuck: usize, steps: &[Step<'_>], needs: &[Vec<usize>], missing: &[usize]) -> Vec<String> {
    let mut path = vec![stuck];
    let mut step = stuck;
    while let Some(&need) = needs[step].iter().find(|&&need| missing[need] > 0) {
        let seen = path.iter().position(|&earlier| earlier == need);
        path.push(need);
        if let Some(start) = seen {
            path.drain(..start);
            break;
        }
        step = need;
    }
    path.into_iter()
        .map(|step| steps[step].id.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(flow: &Flow<'_>) -> Vec<String> {
        flow.steps.iter().map(|step| step.id.clone()).collect()
    }

    fn error(steps: Vec<Step<'_>>) -> String {
        Flow::new(steps).unwrap_err().to_string()
    }

    #[test]
    fn the_given_order_is_kept_where_needs_allow_it() {
        let flow = Flow::new(vec![
            Step::new("sync", "Sync").needs(["venv"]),
            Step::new("hooks", "Hooks"),
            Step::new("venv", "Create").needs(["hooks"]),
            Step::new("last", "Last"),
        ])
        .unwrap();
        assert_eq!(ids(&flow), ["hooks", "venv", "sync", "last"]);
        assert_eq!(flow.needs, [vec![], vec![0], vec![1], vec![]]);
    }

    #[test]
    fn a_need_named_twice_counts_once() {
        let flow = Flow::new(vec![
            Step::new("a", "A"),
            Step::new("b", "B").needs(["a", "a"]),
        ])
        .unwrap();
        assert_eq!(flow.needs, [vec![], vec![0]]);
    }

    #[test]
    fn no_steps_are_a_flow() {
        assert!(Flow::new(Vec::new()).unwrap().steps.is_empty());
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let duplicate = vec![Step::new("a", "A"), Step::new("a", "B")];
        assert_eq!(error(duplicate), "two steps are called `a`");
        let unknown = vec![Step::new("a", "A").needs(["b"])];
        assert_eq!(
            error(unknown),
            "step `a` needs `b`, which is not a step of this flow"
        );
        let itself = vec![Step::new("a", "A").needs(["a"])];
        assert_eq!(error(itself), "steps need each other: `a` needs `a`");
    }

    #[test]
    fn a_cycle_is_shown_without_what_leads_to_it() {
        let steps = vec![
            Step::new("entry", "Entry").needs(["free", "a"]),
            Step::new("free", "Free"),
            Step::new("a", "A").needs(["b"]),
            Step::new("b", "B").needs(["c"]),
            Step::new("c", "C").needs(["a"]),
        ];
        assert_eq!(
            error(steps),
            "steps need each other: `a` needs `b` needs `c` needs `a`"
        );
    }
}
