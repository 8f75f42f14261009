//! The disk below a database: an ordinary folder, a small one that fills up, or a volume whose power can be cut. The
//! last two need root.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;
use rustix::process::geteuid;

/// Which disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A file system in memory that can be filled.
    SmallDisk,
    /// A file system of its own in a file, whose power can be cut.
    Volume,
}

/// A prepared disk; unmounted when dropped.
pub struct Ground {
    kind: Kind,
    path: PathBuf,
    image: PathBuf,
    mounted: bool,
}

/// Tells the file system to stop at once and to throw away what it has not written: `EXT4_IOC_SHUTDOWN` with
/// `EXT4_GOING_FLAGS_NOLOGFLUSH`. Perl is part of every Debian; Rust would need `unsafe` for an ioctl.
const CUT: &str = r#"open(my $file, "<", $ARGV[0]) or die "$!"; my $flags = pack("L", 2);
ioctl($file, 0x8004587d, $flags) or die "$!";"#;

impl Ground {
    /// Whether this machine lets us have such a disk, or why not: tries it.
    pub async fn is_possible(kind: Kind) -> Result<(), String> {
        if kind != Kind::Folder && !geteuid().is_root() {
            return Err("only root can mount a file system".to_owned());
        }
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        Self::prepare(folder.path(), kind).await.map(drop).map_err(|error| format!("{error:#}"))
    }

    /// Prepares a disk within `folder`.
    pub async fn prepare(folder: &Path, kind: Kind) -> anyhow::Result<Self> {
        let (path, image) = (folder.join("ground"), folder.join("ground.img"));
        std::fs::create_dir_all(&path)?;
        let mut ground = Self { kind, path, image, mounted: false };
        match kind {
            Kind::Folder => {}
            Kind::SmallDisk => {
                run("mount", &["-t", "tmpfs", "-o", "size=256m", "tmpfs", text(&ground.path)?])?;
                ground.mounted = true;
            }
            Kind::Volume => {
                File::create(&ground.image)?.set_len(1 << 29)?;
                run("mkfs.ext4", &["-q", "-F", text(&ground.image)?])?;
                ground.mount()?;
            }
        }
        Ok(ground)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes all the space that is left.
    pub async fn fill(&self) -> anyhow::Result<()> {
        anyhow::ensure!(self.kind == Kind::SmallDisk, "only a small disk can be filled");
        let mut filler = File::create(self.filler())?;
        // The crowd must not stand still meanwhile.
        let filling = tokio::task::spawn_blocking(move || {
            for size in [1 << 20, 4096, 512, 1] {
                let block = vec![0_u8; size];
                while filler.write_all(&block).is_ok() {}
            }
        });
        Ok(filling.await?)
    }

    /// Gives the space back.
    pub fn empty(&self) -> anyhow::Result<()> {
        Ok(std::fs::remove_file(self.filler())?)
    }

    /// Cuts the power: nothing more reaches the disk, and what the file system has not written is gone.
    pub fn cut_power(&self) -> anyhow::Result<()> {
        anyhow::ensure!(self.kind == Kind::Volume, "only a volume's power can be cut");
        run("perl", &["-e", CUT, text(&self.path)?])
    }

    /// Brings it back after a cut. Nobody may have anything open on it.
    pub fn restore_power(&mut self) -> anyhow::Result<()> {
        run("umount", &[text(&self.path)?])?;
        self.mounted = false;
        self.mount()
    }

    fn mount(&mut self) -> anyhow::Result<()> {
        // A device of its own each time: somebody else's view of the file systems (a container's, a browser's sandbox) may
        // keep the one before alive, and with it a file system that is shut down.
        let device = printed("losetup", &["--find", "--show", text(&self.image)?])?;
        run("mount", &[&device, text(&self.path)?])?;
        self.mounted = true;
        // It goes away when nobody has it mounted any more.
        run("losetup", &["--detach", &device])
    }

    fn filler(&self) -> PathBuf {
        self.path.join("filler")
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        if self.mounted {
            // Whoever still has a file open there is about to end.
            let _ = text(&self.path).and_then(|path| run("umount", &["-l", path]));
        }
    }
}

pub(super) fn text(path: &Path) -> anyhow::Result<&str> {
    path.to_str().context("a path that is no text")
}

pub(super) fn run(program: &str, arguments: &[&str]) -> anyhow::Result<()> {
    printed(program, arguments).map(drop)
}

/// Runs a program that must succeed, and gives what it printed.
fn printed(program: &str, arguments: &[&str]) -> anyhow::Result<String> {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new(program);
    command.args(arguments).env("PATH", format!("{path}:/usr/sbin:/sbin")).stdin(Stdio::null());
    let output = command.output().with_context(|| format!("{program} is not installed"))?;
    let words = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "{program} failed: {}", words.trim());
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
