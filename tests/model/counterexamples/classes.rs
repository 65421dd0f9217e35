//! Those that need another class of platforms than that of OLT.

use oauth_registrar::domain::port::{Capabilities, Rotation, Unique};

use super::{A, B, SECOND};
use crate::model::blow::Blow;
use crate::model::process::SETTLE;
use crate::model::run::Run;

/// Names repeat, and our marker can be found.
pub fn by_marker() -> Capabilities {
    Capabilities {
        unique: Unique::Nothing,
        marks: true,
        rotation: Rotation::HardCut,
        consents: None,
    }
}

/// Nothing can be looked up, and another client takes the place of one whose secret is lost.
pub fn blind() -> Capabilities {
    Capabilities {
        marks: false,
        rotation: Rotation::Recreate,
        ..by_marker()
    }
}

/// The first register stays under way when its process dies. The next one finds nothing, registers and publishes.
pub async fn the_first_register_lands_after_the_second(mut run: Run) -> Run {
    run.until(A, "register").await;
    run.strike(A, Blow::CutUnderWay(usize::MAX)).await;
    run.go_on(A).await;
    run
}

/// A registers and stands still. B waits out the claim, registers and publishes. A wakes: it alone knows its client.
pub async fn a_wakes_with_a_client_that_nobody_knows(mut run: Run) -> Run {
    run.until(A, "register").await;
    run.go_and_freeze(A).await;
    run.go_on(B).await;
    run.pass(SETTLE + SECOND).await;
    run.go_on(B).await;
    run.thaw(A).await;
    run
}

/// The answer to the first register is lost. The second one's Secret is stored, and its process dies before status.
pub async fn the_second_registration_is_not_told(mut run: Run) -> Run {
    run.until(A, "register").await;
    run.strike(A, Blow::LoseAnswer).await;
    run.wait_until(A, "register").await;
    run.until(A, "POST secrets").await;
    run.cut_after(A).await;
    run
}
