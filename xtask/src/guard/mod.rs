//! Programs that end when their owner ends, whichever way: return, panic, Ctrl-C or SIGKILL.
//!
//! Between owner and program stands a small process, `xtask guard`, that reads its stdin. The owner holds the other
//! end of that pipe, so the kernel closes it with the owner, and the guard then ends the program and everything in the
//! program's process group. Should the guard itself be killed, Linux kills the program (parent death signal).

mod guarded;
mod held;
mod leftovers;
mod locate;
mod owned;
mod program;
mod watch;

pub use guarded::Guarded;
pub use held::Held;
pub(crate) use locate::{VARIABLE as PROGRAM_VARIABLE, xtask as program_path};
pub use owned::end_all;
pub(crate) use owned::{keep, release, send};
pub use program::{Program, spawn_guarded};
pub use watch::Order;

/// One byte on the guard's stdin asks for one signal to the program's process group.
#[derive(Clone, Copy)]
enum Wish {
    Kill,
    Terminate,
    Pause,
    Resume,
}

impl Wish {
    fn byte(self) -> u8 {
        match self {
            Wish::Kill => b'K',
            Wish::Terminate => b'T',
            Wish::Pause => b'P',
            Wish::Resume => b'R',
        }
    }

    fn signal(byte: u8) -> Option<rustix::process::Signal> {
        use rustix::process::Signal;
        match byte {
            b'K' => Some(Signal::KILL),
            b'T' => Some(Signal::TERM),
            b'P' => Some(Signal::STOP),
            b'R' => Some(Signal::CONT),
            _ => None,
        }
    }
}
