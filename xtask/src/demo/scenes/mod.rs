//! The parts of the demonstration, in the order in which they are told.

mod change;
mod consent;
mod crash;
mod farewell;
mod hints;
mod quickstart;
mod repair;

use anyhow::Result;

use super::stage::Stage;
use super::story::Story;

/// What everybody sees: the quickstart at work.
pub(super) fn first(stage: &Stage, story: &mut Story) -> Result<()> {
    quickstart::play(stage, story)?;
    hints::play(stage, story);
    Ok(())
}

/// From the quickstart to the empty platform.
pub(super) fn all(stage: &mut Stage, story: &mut Story) -> Result<()> {
    first(stage, story)?;
    change::play(stage, story)?;
    consent::play(stage, story)?;
    repair::play(stage, story)?;
    crash::play(stage, story)?;
    farewell::play(stage, story)
}
