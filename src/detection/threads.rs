//! How many threads the files of a project are worth, and how deep their stacks are.

use std::cell::Cell;
use std::thread;

use rayon::prelude::*;

use crate::code::nesting::depth_bound;
use crate::tree::Tree;

/// Of so many files, a second thread is started sooner than it has found something to do.
const FEW: usize = 300;

/// The deepest tree that is built. `CPython` itself gives up far earlier.
const DEEPEST: usize = 20_000;

/// The deepest tree that is walked on the stack of any thread.
const SHALLOW: usize = 500;

/// Stack for a walk of [`DEEPEST`] levels: four times what an unoptimised build was seen to take.
const STACK: usize = 64 << 20;

thread_local! {
    /// Whether this is a thread of [`divided`].
    static IS_OURS: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` where [`map`] and [`both`] divide what they do among all processors; right here where
/// the project is small, because threads cost more than a small project takes.
pub fn divided<T: Send>(tree: &Tree, work: impl FnOnce() -> T + Send) -> T {
    if tree.files.len() <= FEW {
        return work();
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .stack_size(STACK)
        .start_handler(|_| IS_OURS.set(true))
        .build();
    match pool {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}

/// Runs `work` where it can walk the syntax tree of this Python `source`; none where that may have
/// more than 20,000 levels, or where the system refuses the stack for them.
pub fn with_stack_for<T: Send>(source: &str, work: impl FnOnce() -> T + Send) -> Option<T> {
    let room = if IS_OURS.get() { DEEPEST } else { SHALLOW };
    // Every level takes a character, so short texts need no closer look.
    let levels = if source.len() <= room {
        source.len()
    } else {
        depth_bound(source)
    };
    with_levels(levels, work)
}

fn with_levels<T: Send>(levels: usize, work: impl FnOnce() -> T + Send) -> Option<T> {
    if levels > DEEPEST {
        return None;
    }
    if levels <= SHALLOW || IS_OURS.get() {
        return Some(work());
    }
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK);
        thread.spawn_scoped(scope, work).ok()?.join().ok()
    })
}

/// What `work` says of each item, in their order.
pub fn map<C, T, R>(items: C, work: impl Fn(T) -> R + Send + Sync) -> Vec<R>
where
    C: IntoIterator<Item = T> + IntoParallelIterator<Item = T, Iter: IndexedParallelIterator>,
    T: Send,
    R: Send,
{
    if IS_OURS.get() {
        items.into_par_iter().map(work).collect()
    } else {
        items.into_iter().map(work).collect()
    }
}

/// All items added up, in their order: those of each thread by `add`, the threads' by `append`.
pub(crate) fn fold<T: Send, R: Send>(
    items: Vec<T>,
    nothing: impl Fn() -> R + Send + Sync,
    add: impl Fn(R, T) -> R + Send + Sync,
    append: impl Fn(R, R) -> R + Send + Sync,
) -> R {
    if IS_OURS.get() {
        let sums = items.into_par_iter().fold(&nothing, add);
        sums.reduce(&nothing, append)
    } else {
        items.into_iter().fold(nothing(), add)
    }
}

/// What both say.
pub(crate) fn both<A: Send, B: Send>(
    first: impl FnOnce() -> A + Send,
    second: impl FnOnce() -> B + Send,
) -> (A, B) {
    if IS_OURS.get() {
        rayon::join(first, second)
    } else {
        (first(), second())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::TreeFile;

    #[test]
    fn order_is_kept_with_and_without_threads() {
        for count in [3, 10 * FEW] {
            let tree = Tree {
                files: vec![TreeFile::default(); count],
                ..Tree::default()
            };
            let items: Vec<usize> = (0..count).collect();
            let work = || both(|| map(&items, |item| item * 2), || IS_OURS.get());
            let (doubled, is_ours) = divided(&tree, work);
            assert!(doubled.iter().enumerate().all(|(at, item)| *item == at * 2));
            assert_eq!((doubled.len(), is_ours), (count, count > FEW));
        }
    }

    #[test]
    fn stack_is_there_for_what_is_walked() {
        fn descend(levels: usize) -> usize {
            let room = [levels; 64];
            if levels == 0 {
                0
            } else {
                1 + descend(std::hint::black_box(room)[levels % 64] - 1)
            }
        }
        for levels in [0, SHALLOW, DEEPEST] {
            let depth = with_levels(levels, || descend(levels));
            assert_eq!(depth, Some(levels));
        }
        assert_eq!(with_levels(DEEPEST + 1, || ()), None);
        let deep = "(".repeat(DEEPEST + 1);
        assert_eq!(with_stack_for(&deep, || ()), None);
        assert_eq!(with_stack_for("f(x)", || 1), Some(1));
    }
}
