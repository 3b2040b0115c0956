//! A sweep on a real Slurm: two nodes on this host, a task that is killed, a node that is lost. It takes some minutes
//! and needs root, slurmctld, slurmd and munge (Debian: `apt-get install slurm-wlm munge`), so it is run by name:
//!
//! ```text
//! cargo test --test slurm -- --ignored --nocapture
//! ```
#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

const TUTORIAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/tutorial.toml");

/// There is one cluster at a time: its daemons have fixed ports.
static ALONE: Mutex<()> = Mutex::new(());

/// Slurm and what it runs on; all of it ends with this.
struct Cluster {
    _alone: MutexGuard<'static, ()>,
    temp: TempDir,
    munged: Option<Child>,
    daemons: Vec<(&'static str, Child)>,
}

fn out(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

impl Cluster {
    /// Start it; `None`, said plainly, where it cannot be.
    fn start() -> Option<Cluster> {
        for program in ["slurmctld", "slurmd", "sbatch", "scontrol", "munged"] {
            let found = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"];
            if !found.iter().any(|folder| Path::new(folder).join(program).exists()) {
                eprintln!("SKIPPED: there is no {program} here");
                return None;
            }
        }
        if String::from_utf8_lossy(&out(Command::new("id").arg("-u")).stdout).trim() != "0" {
            eprintln!("SKIPPED: only root can start a cluster");
            return None;
        }
        let mut cluster = Cluster {
            _alone: ALONE.lock().unwrap_or_else(PoisonError::into_inner),
            temp: tempfile::tempdir().unwrap(),
            munged: None,
            daemons: Vec::new(),
        };
        cluster.munge();
        let conf = cluster.configure();
        for (name, program, args) in [
            ("slurmctld", "slurmctld", vec!["-D", "-c"]),
            ("n1", "slurmd", vec!["-D", "-N", "n1"]),
            ("n2", "slurmd", vec!["-D", "-N", "n2"]),
        ] {
            let log = fs::File::create(cluster.path(&format!("{name}.out"))).unwrap();
            let child = Command::new(program)
                .args(args)
                .env("SLURM_CONF", &conf)
                .env("PATH", PATH)
                .stdout(log.try_clone().unwrap())
                .stderr(log)
                .spawn()
                .unwrap();
            cluster.daemons.push((name, child));
        }
        let idle = || {
            String::from_utf8_lossy(&out(cluster.slurm("sinfo").args(["-h", "-N"])).stdout)
                .matches("idle")
                .count()
        };
        wait("two idle nodes", 60, || idle() == 2);
        Some(cluster)
    }

    /// A munge daemon, unless there is one.
    fn munge(&mut self) {
        let works = || {
            let test = Command::new("sh").args(["-c", "munge -n | unmunge"]).output();
            test.is_ok_and(|output| output.status.success())
        };
        if works() {
            return;
        }
        let prepare = "mkdir -p /run/munge && chown munge: /run/munge /var/log/munge /var/lib/munge /etc/munge && \
                       chmod 755 /run/munge && { [ -s /etc/munge/munge.key ] || runuser -u munge -- mungekey -c; }";
        let done = out(Command::new("sh").args(["-c", prepare]));
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let munged = Command::new("runuser")
            .args(["-u", "munge", "--", "munged", "-F"])
            .stderr(Stdio::null())
            .spawn();
        self.munged = Some(munged.unwrap());
        wait("munge", 20, works);
    }

    fn configure(&self) -> PathBuf {
        let host = String::from_utf8_lossy(&out(Command::new("hostname").arg("-s")).stdout)
            .trim()
            .to_owned();
        let dir = self.temp.path().display();
        let text = format!(
            "ClusterName=test\nSlurmctldHost={host}(127.0.0.1)\nSlurmctldPort=17100\nSlurmUser=root\nSlurmdUser=root\n\
             AuthType=auth/munge\nProctrackType=proctrack/linuxproc\nTaskPlugin=task/none\n\
             SelectType=select/cons_tres\nSelectTypeParameters=CR_Core\n\
             AccountingStorageType=accounting_storage/none\nJobAcctGatherType=jobacct_gather/none\n\
             ReturnToService=2\nSlurmdTimeout=30\nMinJobAge=300\nStateSaveLocation={dir}/state\n\
             SlurmctldPidFile={dir}/ctld.pid\nSlurmctldLogFile={dir}/ctld.log\n\
             SlurmdSpoolDir={dir}/spool-%n\nSlurmdPidFile={dir}/slurmd-%n.pid\nSlurmdLogFile={dir}/slurmd-%n.log\n\
             NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port=17101 CPUs=1 RealMemory=500\n\
             NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port=17102 CPUs=1 RealMemory=500\n\
             PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP\n"
        );
        let conf = self.path("slurm.conf");
        fs::write(&conf, text).unwrap();
        conf
    }

    fn path(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    fn slurm(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env("SLURM_CONF", self.path("slurm.conf"))
            .env("PATH", PATH)
            .current_dir(self.temp.path());
        command
    }

    fn qantar(&self, args: &[&str]) -> Output {
        let program = assert_cmd::cargo::cargo_bin!("qantar");
        let output = out(self.slurm(program.to_str().unwrap()).args(args).env("NO_COLOR", "1"));
        let shown = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{args:?}: {shown}");
        output
    }

    fn status(&self, out: &str) -> Value {
        serde_json::from_slice(&self.qantar(&["status", out, "--format", "json"]).stdout).unwrap()
    }

    fn queue(&self) -> String {
        String::from_utf8_lossy(&out(self.slurm("squeue").args(["-h", "-o", "%i %t %N %r"])).stdout).into_owned()
    }

    fn wait_until_whole(&self, out: &str, seconds: u64) {
        wait(&format!("{out} to be whole"), seconds, || {
            let whole = self.path(out).join("manifest.json").exists();
            if !whole {
                eprintln!(
                    "    {} | {}",
                    self.status_line(out),
                    self.queue().trim().replace('\n', " | ")
                );
                sleep(Duration::from_secs(4));
            }
            whole
        });
    }

    fn status_line(&self, name: &str) -> String {
        let program = assert_cmd::cargo::cargo_bin!("qantar");
        let text = out(self.slurm(program.to_str().unwrap()).args(["status", name])).stdout;
        String::from_utf8_lossy(&text)
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned()
    }

    fn logs(&self, out: &str) -> String {
        let entries = fs::read_dir(self.path(&format!("{out}.slurm"))).unwrap();
        let logs = entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|e| e == "log"));
        logs.map(|path| fs::read_to_string(path).unwrap_or_default()).collect()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.slurm("scontrol").arg("shutdown").output();
        sleep(Duration::from_secs(2));
        // Scripts that wait for a requeue would otherwise stay. Only processes of this cluster have its configuration.
        let ours = format!("SLURM_CONF={}", self.path("slurm.conf").display());
        for pid in ["n1", "n2"].into_iter().flat_map(on_node) {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            if environment
                .split(|byte| *byte == 0)
                .any(|variable| variable == ours.as_bytes())
            {
                let _ = Command::new("kill").args(["-9", &pid]).output();
            }
        }
        for (_, child) in &mut self.daemons {
            let _ = child.kill();
            let _ = child.wait();
        }
        if let Some(munged) = &mut self.munged {
            let _ = Command::new("kill").arg(munged.id().to_string()).output();
            let _ = munged.wait();
        }
    }
}

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

fn wait(what: &str, seconds: u64, mut done: impl FnMut() -> bool) {
    let watch = Instant::now();
    while !done() {
        assert!(
            watch.elapsed() < Duration::from_secs(seconds),
            "no {what} within {seconds} s"
        );
        sleep(Duration::from_millis(500));
    }
    eprintln!("{what}: after {:.0} s", watch.elapsed().as_secs_f64());
}

/// The processes of a shard that run a sweep on this host.
fn pids(shard: &str, out: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let args: Vec<String> = line
            .split(|byte| *byte == 0)
            .map(|arg| String::from_utf8_lossy(arg).into_owned())
            .collect();
        let ours = args.len() > 4 && args[1] == "resume" && args[2] == out.to_string_lossy() && args[4] == shard;
        if ours {
            found.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    found
}

#[test]
#[ignore = "starts a Slurm cluster and takes some minutes"]
fn a_sweep_on_slurm_survives_a_killed_task_a_lost_node_and_a_time_limit() {
    let Some(mut cluster) = Cluster::start() else { return };
    let study = [
        TUTORIAL,
        "--vary",
        "shock.fuel-price.factor=1..2.5",
        "--vary",
        "region.harrow.discipline=0..1",
        "--sample",
        "sobol:256",
        "--replicates",
        "3",
    ];
    cluster.qantar(&[&["sweep"], &study[..], &["--out", "once", "--quiet"]].concat());
    let submit = [
        &["submit"],
        &study[..],
        &["--out", "array", "--tasks", "4", "--time", "00:30:00"],
    ]
    .concat();
    let told = cluster.qantar(&submit);
    eprintln!("{}", String::from_utf8_lossy(&told.stdout).trim());
    let out = std::path::absolute(cluster.path("array")).unwrap();
    let partial = cluster.path("array.partial");

    // A process is killed, as the system does it when memory runs out: its task is requeued and goes on.
    wait("task 1 at work", 120, || {
        cluster.status("array")["done"].as_u64() > Some(5) && !pids("1/4", &out).is_empty()
    });
    for pid in pids("1/4", &out) {
        Command::new("kill").args(["-9", &pid]).status().unwrap();
        eprintln!("killed process {pid} of shard 1/4");
    }
    // A node is lost with all that runs on it: its task starts elsewhere, or there when it is back.
    wait("a task on node n2", 120, || {
        cluster.queue().lines().any(|line| line.contains(" R n2"))
    });
    let lost = cluster.daemons.iter_mut().find(|(name, _)| *name == "n2").unwrap();
    let on_n2 = on_node("n2");
    lost.1.kill().unwrap();
    lost.1.wait().unwrap();
    for pid in &on_n2 {
        let _ = Command::new("kill").args(["-9", pid]).status();
    }
    eprintln!("lost node n2 with {} processes", on_n2.len());
    assert!(partial.exists());
    cluster.wait_until_whole("array", 600);
    eprintln!("{}", cluster.logs("array"));
    for name in ["runs.csv", "scenario.toml"] {
        let read = |out: &str| fs::read(cluster.path(out).join(name)).unwrap();
        assert!(read("array") == read("once"), "{name} differs");
    }
    assert!(
        cluster.logs("array").contains("killed; requeued"),
        "{}",
        cluster.logs("array")
    );
}

/// What runs on a node: what has its name in the environment that Slurm gives, and before it the steps that are the
/// parents and would tell the cluster how it ended.
fn on_node(node: &str) -> Vec<String> {
    let name = format!("SLURMD_NODENAME={node}").into_bytes();
    let (mut steps, mut found) = (Vec::new(), Vec::new());
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
        if !environment.split(|byte| *byte == 0).any(|variable| variable == name) {
            continue;
        }
        found.push(entry.file_name().to_string_lossy().into_owned());
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let parent = stat
            .rsplit(')')
            .next()
            .and_then(|rest| rest.split_whitespace().nth(1))
            .unwrap_or("0");
        let line = fs::read(format!("/proc/{parent}/cmdline")).unwrap_or_default();
        if line.starts_with(b"slurmstepd") {
            steps.push(parent.to_owned());
        }
    }
    steps.extend(found);
    steps
}

#[test]
#[ignore = "starts a Slurm cluster and takes some minutes"]
fn a_task_at_its_time_limit_stops_cleanly_and_goes_on_when_requeued() {
    let Some(cluster) = Cluster::start() else { return };
    let study = [
        TUTORIAL,
        "--vary",
        "shock.fuel-price.factor=1..2.5",
        "--sample",
        "lhs:200",
        "--replicates",
        "20",
    ];
    let submit = [
        &["submit"],
        &study[..],
        &["--out", "limit", "--tasks", "1", "--time", "00:01:00"],
    ]
    .concat();
    cluster.qantar(&submit);
    wait("a clean stop and a requeue", 240, || {
        cluster.logs("limit").contains("stopped at the time limit; requeued")
    });
    let done = cluster.status("limit")["done"].as_u64().unwrap();
    assert!(done > 0);
    let journals = || fs::read_dir(cluster.path("limit.partial/parts")).unwrap().flatten();
    let runs = || {
        journals()
            .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "journal"))
            .count()
    };
    wait("a second sitting", 300, || {
        runs() >= 2 && cluster.status("limit")["done"].as_u64() > Some(done)
    });
}
