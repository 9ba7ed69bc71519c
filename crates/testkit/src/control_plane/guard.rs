//! Child processes that never outlive their parent, however it ends.
//!
//! A program runs under a few lines of POSIX shell. The shell's standard input is a socket whose other end
//! the parent alone holds: when the parent ends, even by SIGKILL, the kernel closes it and the shell kills
//! the whole process group. The group is its own, so that a terminal's Ctrl-C reaches the parent only.

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as Lifeline;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, kill_process};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::net::UnixStream;
use tokio::process::{Child, ChildStderr, ChildStdout};

pub use rustix::process::Signal;

/// Tells the parent two numbers, the program's process id and its exit code, and ends with the whole group.
/// The watcher starts first, so that there is no instant in which the program runs unwatched.
const GUARD: &str = r#"
exec 3<&0
{ read -r _; kill -KILL 0; } <&3 >/dev/null 2>&1 &
"$@" </dev/null 3<&- &
program=$!
exec >/dev/null 2>&1
echo "$program" >&3
wait "$program"
echo "$?" >&3
kill -KILL 0
"#;

/// The code of a program whose guard was killed with it.
const KILLED: i32 = 128 + Signal::KILL.as_raw();

/// Where one of the program's output streams goes.
#[derive(Debug, Clone)]
pub enum Sink {
    /// To the parent's own stream.
    Inherit,
    /// Nowhere.
    Null,
    /// To the parent, by [`Guarded::take_stdout`] or [`Guarded::take_stderr`].
    Pipe,
    /// To the end of this file, which is created where it is missing.
    File(PathBuf),
}

impl Sink {
    fn open(&self) -> io::Result<Stdio> {
        Ok(match self {
            Self::Inherit => Stdio::inherit(),
            Self::Null => Stdio::null(),
            Self::Pipe => Stdio::piped(),
            Self::File(path) => OpenOptions::new().create(true).append(true).open(path)?.into(),
        })
    }
}

/// A running program. When it ends, and when this value is dropped, all that it started is killed too.
#[derive(Debug)]
pub struct Guarded {
    guard: Child,
    program: Pid,
    exit: Option<i32>,
    /// Its closing kills.
    lifeline: Lines<BufReader<UnixStream>>,
}

impl Guarded {
    /// Starts the command's program with its arguments, environment and folder. Its standard input is empty.
    ///
    /// # Errors
    /// When a sink cannot be opened or no process can be started. A program that does not exist is not an error
    /// here: it ends at once with code 127, and its standard error says so.
    pub async fn spawn(command: &Command, stdout: Sink, stderr: Sink) -> io::Result<Self> {
        let (ours, theirs) = Lifeline::pair()?;
        let guard = start_guard(command, theirs, stdout.open()?, stderr.open()?)?;
        ours.set_nonblocking(true)?;
        let mut lifeline = BufReader::new(UnixStream::from_std(ours)?).lines();
        let program = read_number(&mut lifeline).await?.and_then(Pid::from_raw);
        let program = program.ok_or_else(|| io::Error::other("its guard ended before it started it"))?;
        Ok(Self { guard, program, exit: None, lifeline })
    }

    /// The process id of the program itself, for `/proc` and the like.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.program.as_raw_pid()
    }

    /// Sends a signal to the program alone. Does nothing when the program has ended.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn signal(&self, signal: Signal) -> io::Result<()> {
        if self.exit.is_some() {
            return Ok(());
        }
        match kill_process(self.program, signal) {
            Err(Errno::SRCH) => Ok(()),
            answer => Ok(answer?),
        }
    }

    /// Waits until the program has ended. The code is counted as shells do: 128 and the signal's number for a
    /// program that a signal ended.
    ///
    /// # Errors
    /// When the process cannot be waited for.
    pub async fn wait(&mut self) -> io::Result<i32> {
        if let Some(code) = self.exit {
            return Ok(code);
        }
        self.guard.wait().await?;
        let code = read_number(&mut self.lifeline).await?.unwrap_or(KILLED);
        self.exit = Some(code);
        Ok(code)
    }

    /// Asks the program to end (SIGTERM), waits for as long as `grace`, then kills it.
    ///
    /// # Errors
    /// When it can be neither signalled nor waited for.
    pub async fn stop(&mut self, grace: Duration) -> io::Result<i32> {
        self.signal(Signal::TERM)?;
        match tokio::time::timeout(grace, self.wait()).await {
            Ok(code) => code,
            Err(_) => self.kill().await,
        }
    }

    /// Kills the program (SIGKILL) and waits for its end.
    ///
    /// # Errors
    /// When it can be neither signalled nor waited for.
    pub async fn kill(&mut self) -> io::Result<i32> {
        self.signal(Signal::KILL)?;
        self.wait().await
    }

    /// The program's standard output, once, where its sink is [`Sink::Pipe`].
    pub fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.guard.stdout.take()
    }

    /// The program's standard error, once, where its sink is [`Sink::Pipe`].
    pub fn take_stderr(&mut self) -> Option<ChildStderr> {
        self.guard.stderr.take()
    }
}

/// Ends by dropping the parent's copy of the socket's far end: the guard's must be the only one.
fn start_guard(command: &Command, lifeline: Lifeline, stdout: Stdio, stderr: Stdio) -> io::Result<Child> {
    let mut guard = tokio::process::Command::new("/bin/sh");
    guard
        .args([OsStr::new("-c"), OsStr::new(GUARD), OsStr::new("guard"), command.get_program()])
        .args(command.get_args())
        .stdin(OwnedFd::from(lifeline))
        .stdout(stdout)
        .stderr(stderr)
        .process_group(0);
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => guard.env(name, value),
            None => guard.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        guard.current_dir(folder);
    }
    guard.spawn()
}

async fn read_number(lifeline: &mut Lines<BufReader<UnixStream>>) -> io::Result<Option<i32>> {
    Ok(lifeline.next_line().await?.and_then(|line| line.parse().ok()))
}
