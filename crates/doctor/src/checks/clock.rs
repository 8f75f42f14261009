//! Whether the other side's clock and this one agree.

use std::time::{Duration, SystemTime};

use crate::diagnosis::Diagnosis;
use crate::examination::Caller;
use crate::exchange::ExchangeError;

/// The header has whole seconds.
const RESOLUTION: Duration = Duration::from_secs(1);
/// What nobody notices.
const FINE: Duration = Duration::from_secs(2);
/// From here on links and log-ins end at times that surprise people.
const WRONG: Duration = Duration::from_secs(60);

pub(crate) async fn look(caller: &Caller) -> Result<Diagnosis, ExchangeError> {
    let before = SystemTime::now();
    let answer = caller.get("/health/live").await?;
    let after = SystemTime::now();
    let Ok(theirs) = httpdate::parse_http_date(answer.header("date")) else {
        return Ok(Diagnosis::warn("answers have no date", "let the proxy leave the Date header alone"));
    };
    let behind = before.duration_since(theirs + RESOLUTION).unwrap_or_default();
    let ahead = theirs.duration_since(after).unwrap_or_default();
    Ok(diagnosis(behind, ahead))
}

/// At most one of both is not zero.
fn diagnosis(behind: Duration, ahead: Duration) -> Diagnosis {
    let off = behind.max(ahead);
    if off <= FINE {
        return Diagnosis::ok("agrees with the one here");
    }
    let seen = format!("{} s {} the one here", off.as_secs(), if behind > ahead { "behind" } else { "ahead of" });
    let advice = "have both clocks set over the network (NTP)";
    if off < WRONG { Diagnosis::warn(seen, advice) } else { Diagnosis::fail(seen, advice) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::Verdict;

    #[test]
    fn the_further_off_the_worse() {
        let verdict = |behind, ahead| diagnosis(Duration::from_secs(behind), Duration::from_secs(ahead)).verdict;
        assert_eq!([verdict(0, 0), verdict(0, 3), verdict(60, 0)], [Verdict::Ok, Verdict::Warn, Verdict::Fail]);
        assert_eq!(diagnosis(Duration::from_secs(7), Duration::ZERO).seen, "7 s behind the one here");
    }
}
