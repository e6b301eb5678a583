//! A store in a child that was forked from the process which opened it.
#![allow(unsafe_code)]

use protostore::{Error, Kind};

use super::fixture::{Machine, Network};
use super::{machine, store};

/// Runs `f` in a child of this process, and returns whether it did what it should before its time was over.
fn in_child(f: impl FnOnce() -> bool) -> bool {
    // SAFETY: the child has the memory of this thread alone; it allocates, which the C library allows after a fork, and
    // never returns. The alarm ends it where it hangs.
    unsafe {
        match libc::fork() {
            0 => {
                libc::alarm(60);
                let well = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).unwrap_or(false);
                libc::_exit(i32::from(!well))
            }
            child => {
                assert!(child > 0, "forks");
                let mut status = 0;
                assert_eq!(libc::waitpid(child, &raw mut status, 0), child);
                libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0
            }
        }
    }
}

#[test]
fn every_entrance_is_closed_in_a_forked_child_which_harms_nothing() {
    let store = store();
    store.write(|tx| tx.insert(&machine("vm"))).expect("writes");
    let path = store.info().engine.path.clone();
    let inherited = store.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
    let well = in_child(|| {
        let refused = |e: Option<Error>| {
            e.is_some_and(|e| e.kind() == Kind::Stopped && e.message().contains("before this one was forked"))
        };
        let machines = inherited.table::<Machine>();
        let all = [
            refused(inherited.write(|tx| tx.delete::<Machine>("vm")).err()),
            refused(inherited.read(|view| view.exists::<Machine>("vm")).err()),
            refused(runtime.block_on(machines.get("vm")).err()),
            refused(runtime.block_on(machines.page(None, 1)).err()),
            refused(runtime.block_on(machines.delete("vm")).err()),
            refused(runtime.block_on(inherited.read_async(|view| view.exists::<Machine>("vm"))).err()),
            refused(runtime.block_on(inherited.write_async(|tx| tx.delete::<Machine>("vm"))).err()),
            refused(inherited.clone().close().err()),
        ];
        drop(inherited);
        // A store that is opened here is one of this process.
        let own = super::fixture::open_test().and_then(|own| {
            own.write(|tx| tx.insert(&Network { id: "n".into(), cidr: "n".into() }))?;
            own.close()
        });
        all.iter().all(|refused| *refused) && own.is_ok()
    });
    assert!(well, "each is refused at once");
    assert!(path.exists(), "the directory of a TEST store is its parent's");
    store.write(|tx| tx.insert(&machine("next"))).expect("the parent goes on");
    assert!(store.read(|view| view.exists::<Machine>("vm")).expect("reads"));
    store.close().expect("closes");
}
