//! `olt-simulator` as a program: its first line, its refusals, its help.

use std::process::Stdio;

use simulator::{Options, Simulator};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::kit::World;

fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_olt-simulator"));
    program.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    program
}

#[tokio::test]
async fn the_first_line_tells_where_it_listens() {
    let world = World::start().await;
    let mut child = program()
        .args(["--listen", "127.0.0.1:0", "--contract", "2019-12"])
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next_line().await.unwrap().unwrap();
    let url = line.strip_prefix("listening on ").unwrap();
    let state = world
        .send(reqwest::Client::new().get(format!("{url}/_sim/state")))
        .await
        .expect(200);
    assert_eq!(state["switches"]["contract"], "2019-12");
    child.kill().await.unwrap();
}

#[tokio::test]
async fn other_addresses_and_contracts_are_refused() {
    for (arguments, why) in [
        (["--listen", "0.0.0.0:0"], "not a loopback address"),
        (["--contract", "2019-06"], "expected \"2019-12\" or \"2019-05\""),
        (["--switch", "token_gate=door"], "expected `token` or `api`"),
        (["--switch", "token_gate"], "expected name=value"),
        (["--tls-cert", "x.pem"], "--tls-key"),
        (["--control-listen", "0.0.0.0:0"], "not a loopback address"),
        (["--listen", "localhost"], "invalid socket address"),
    ] {
        let output = program().args(arguments).output().await.unwrap();
        assert!(!output.status.success());
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(why), "{error}");
    }
}

#[tokio::test]
async fn switches_and_a_second_port_come_from_the_command_line() {
    let world = World::start().await;
    let arguments = [
        "--contract",
        "2019-05",
        "--switch",
        "token_gate=api",
        "--control-listen",
        "127.0.0.1:0",
    ];
    let mut child = program().args(arguments).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.next_line().await.unwrap().unwrap();
    let line = lines.next_line().await.unwrap().unwrap();
    let url = line.strip_prefix("control API on ").unwrap();
    let state = world
        .send(reqwest::Client::new().get(format!("{url}/_sim/state")))
        .await
        .expect(200);
    assert_eq!(
        (&state["switches"]["token_gate"], &state["switches"]["install_method"]),
        (&"api".into(), &"put".into())
    );
    child.kill().await.unwrap();
}

#[tokio::test]
async fn help_explains_each_flag() {
    let output = program().arg("--help").output().await.unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for words in [
        "--listen",
        "Loopback address",
        "--contract",
        "it presets the switches",
        "--switch",
        "--control-listen",
        "--tls-cert",
        "--tls-key",
        "--public-url",
        "issuer",
    ] {
        assert!(help.contains(words), "{words}: {help}");
    }
}

#[tokio::test]
async fn dropping_a_simulator_closes_port_and_connections() {
    let simulator = Simulator::start(([127, 0, 0, 1], 0).into(), Options::default())
        .await
        .unwrap();
    let url = simulator.url();
    World::start().await;
    let client = reqwest::Client::new();
    assert_eq!(
        client.get(format!("{url}/_sim/clock")).send().await.unwrap().status(),
        200
    );
    drop(simulator);
    // The port closes as soon as the runtime gets to it.
    for _ in 0..100 {
        if client.get(format!("{url}/_sim/clock")).send().await.is_err() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("still answering");
}
