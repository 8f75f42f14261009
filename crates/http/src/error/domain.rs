//! Which answer each error of the domain is.

use chatapp_domain::accounts::LogInError;
use chatapp_domain::catch_up::CatchUpError;
use chatapp_domain::messaging::SendError;
use chatapp_domain::page::NoSuchPage;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::messages::PageError;
use chatapp_domain::ports::notifications::FeedFull;

use super::ApiError;

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::BUSY,
            StoreError::Unavailable(_) => Self::Unavailable { retry_after: 1, cause: Some(error) },
            StoreError::Failed(_) => Self::Failed(error.to_string().into()),
        }
    }
}

impl From<SendError> for ApiError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::NoSuchRecipient => Self::NotFound,
            SendError::KeyReused => Self::KeyReused,
            SendError::Store(error) => error.into(),
        }
    }
}

impl From<PageError> for ApiError {
    fn from(error: PageError) -> Self {
        match error {
            PageError::NoSuchPage(NoSuchPage) => Self::InvalidPage,
            PageError::Store(error) => error.into(),
        }
    }
}

impl From<LogInError> for ApiError {
    fn from(error: LogInError) -> Self {
        match error {
            LogInError::Refused => Self::field("non_field_errors", error.to_string()),
            LogInError::Busy => Self::Unavailable { retry_after: 2, cause: None },
            LogInError::Store(error) => error.into(),
        }
    }
}

impl From<CatchUpError> for ApiError {
    fn from(error: CatchUpError) -> Self {
        match error {
            CatchUpError::Reset { .. } => Self::Reset,
            CatchUpError::Store(error) => error.into(),
        }
    }
}

impl From<FeedFull> for ApiError {
    fn from(FeedFull: FeedFull) -> Self {
        Self::BUSY
    }
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;
    use chatapp_domain::event::{Epoch, Pos};

    use super::*;

    fn status(error: impl Into<ApiError>) -> u16 {
        error.into().status_code().as_u16()
    }

    #[test]
    fn each_error_of_the_domain_has_its_status() {
        assert_eq!(status(StoreError::Busy), 503);
        assert_eq!(status(StoreError::Unavailable("gone".into())), 503);
        assert_eq!(status(StoreError::Failed("broken".into())), 500);
        assert_eq!(status(SendError::NoSuchRecipient), 404);
        assert_eq!(status(SendError::KeyReused), 422);
        assert_eq!(status(SendError::Store(StoreError::Busy)), 503);
        assert_eq!(status(PageError::NoSuchPage(NoSuchPage)), 404);
        assert_eq!(status(PageError::Store(StoreError::Busy)), 503);
        assert_eq!(status(LogInError::Refused), 400);
        assert_eq!(status(LogInError::Busy), 503);
        assert_eq!(status(LogInError::Store(StoreError::Failed("broken".into()))), 500);
        assert_eq!(status(CatchUpError::Reset { epoch: Epoch("e".into()), latest: Pos(1) }), 410);
        assert_eq!(status(CatchUpError::Store(StoreError::Busy)), 503);
        assert_eq!(status(FeedFull), 503);
    }

    #[test]
    fn a_log_in_that_found_the_machine_busy_waits_longer() {
        let response = ApiError::from(LogInError::Busy).error_response();
        assert_eq!(response.headers().get("retry-after").unwrap(), "2");
    }
}
