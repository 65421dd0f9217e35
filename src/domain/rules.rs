//! The rules of the claim protocol that can be switched off, each named after the counterexample it prevents
//! (R1-R8), and three that everything rests on. The operator always runs with [`Rules::FIXED`]; the model switches one off
//! at a time and must then find the harm, which shows that the rule is needed and that the model can see.

/// Which rules hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// R1: a rotation or deregistration that nobody asked for, in a living resource, waits until the current claim has
    /// settled, whoever holds it. Else B rotates while A is about to publish.
    pub takeover_waits: bool,
    /// R2: that decision reads the Secret after the wait. Else an old "no Secret" rotates the published one.
    pub secret_read_after_settle: bool,
    /// R3: a minted secret is stored only under a young claim, else claimed anew first.
    pub publish_under_claim: bool,
    /// R4: who lost the race for the Secret forgets what it minted. Else it deregisters what the winner adopted.
    pub loser_forgets: bool,
    /// R5: deletion waits for settle while the claim is unresolved or `open`. Else a late register leaves an orphan.
    pub deletion_waits_for_open: bool,
    /// R5: that a call was refused says nothing of an earlier one in doubt. Else its client is left behind by a deletion.
    pub refusal_keeps_doubt: bool,
    /// R5: a claim written only to publish keeps `open`.
    pub publish_keeps_open: bool,
    /// R6: a Secret whose client is gone counts as absent: look for the marker, then register.
    pub gone_looks_first: bool,
    /// R7: a deletion deregisters the client that the Secret names and the one that status names.
    pub deletion_reads_both: bool,
    /// Every claim is a new attempt. Else what the one before has told is taken for its outcome.
    pub claims_count: bool,
    /// Only our marker proves that a client is ours. Else a neighbour with the wanted name is taken for our own.
    pub marker_proves: bool,
    /// What another platform does not know is not believed to be gone. Else a second client is registered there.
    pub identity_is_compared: bool,
    /// Where nothing keeps a second client away, a client is believed to be absent only after the settle time. Else a late
    /// register makes a second one.
    pub absence_needs_settle: bool,
    /// R4, where nothing can be looked up: who lost the race deregisters what it alone knows. Else nobody ever does.
    pub loser_undoes: bool,
    /// R8: possible orphans are counted in the claim, not with the next status. Else a crash in between loses the count.
    pub lost_counted_in_claim: bool,
}

impl Rules {
    /// All rules hold.
    pub const FIXED: Self = Self {
        takeover_waits: true,
        secret_read_after_settle: true,
        publish_under_claim: true,
        loser_forgets: true,
        deletion_waits_for_open: true,
        refusal_keeps_doubt: true,
        publish_keeps_open: true,
        gone_looks_first: true,
        deletion_reads_both: true,
        claims_count: true,
        marker_proves: true,
        identity_is_compared: true,
        absence_needs_settle: true,
        loser_undoes: true,
        lost_counted_in_claim: true,
    };
}
