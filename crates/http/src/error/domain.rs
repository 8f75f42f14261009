//! Which answer each error of the domain is.

use chatapp_domain::accounts::{ChangePasswordError, LogInError, MakeTokenError};
use chatapp_domain::avatars::AvatarError;
use chatapp_domain::blocking::BlockError;
use chatapp_domain::catch_up::CatchUpError;
use chatapp_domain::departures::LeaveError;
use chatapp_domain::email_changes::EmailChangeError;
use chatapp_domain::first_run::FirstRunError;
use chatapp_domain::messaging::SendError;
use chatapp_domain::moderation::ListError;
use chatapp_domain::page::NoSuchPage;
use chatapp_domain::ports::StoreError;
use chatapp_domain::ports::avatars::PictureError;
use chatapp_domain::ports::departures::DepartError;
use chatapp_domain::ports::messages::PageError;
use chatapp_domain::ports::notifications::FeedFull;
use chatapp_domain::ports::passwords::HashError;
use chatapp_domain::ports::reports::FileError;
use chatapp_domain::ports::roster::ChangeMemberError;
use chatapp_domain::post::MailOff;
use chatapp_domain::recovery::{ForgotError, ResetError};
use chatapp_domain::roster::MemberError;
use chatapp_domain::sign_up::SignUpError;

use super::{ApiError, FieldErrors};

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
            SendError::Blocked => Self::Blocked,
            SendError::KeyReused => Self::KeyReused,
            SendError::Store(error) => error.into(),
        }
    }
}

impl From<ListError> for ApiError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::ReadingIsOff => Self::ReadingIsOff,
            ListError::Search(error) => Self::field("search", error.to_string()),
            ListError::Store(error) => error.into(),
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
            LogInError::Busy => Self::BUSY_HASHING,
            LogInError::Store(error) => error.into(),
        }
    }
}

impl From<BlockError> for ApiError {
    fn from(error: BlockError) -> Self {
        match error {
            BlockError::NoSuchUser => Self::NotFound,
            BlockError::Oneself | BlockError::TooMany => Self::field("non_field_errors", error.to_string()),
            BlockError::Store(error) => error.into(),
        }
    }
}

impl From<FileError> for ApiError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::NoSuchMessage => Self::NotFound,
            FileError::Own => Self::field("non_field_errors", error.to_string()),
            FileError::Store(error) => error.into(),
        }
    }
}

impl From<MakeTokenError> for ApiError {
    fn from(error: MakeTokenError) -> Self {
        match error {
            MakeTokenError::TooMany => Self::field("non_field_errors", error.to_string()),
            MakeTokenError::SessionOver => Self::NotAuthenticated,
            MakeTokenError::Store(error) => error.into(),
        }
    }
}

impl From<MailOff> for ApiError {
    fn from(MailOff: MailOff) -> Self {
        Self::MailOff
    }
}

impl From<SignUpError> for ApiError {
    fn from(error: SignUpError) -> Self {
        match error {
            SignUpError::Closed => Self::SignUpClosed,
            SignUpError::Flawed(flaws) => flawed([
                ("username", text(flaws.username)),
                ("email", text(flaws.email)),
                ("password", text(flaws.password)),
            ]),
            SignUpError::Invitation => Self::field("invitation", error.to_string()),
            SignUpError::Busy => Self::BUSY_HASHING,
            SignUpError::Store(error) => error.into(),
        }
    }
}

impl From<FirstRunError> for ApiError {
    fn from(error: FirstRunError) -> Self {
        match error {
            FirstRunError::Over => Self::FirstRunOver,
            FirstRunError::Code => Self::field("code", error.to_string()),
            FirstRunError::Flawed { username, email, password } => {
                flawed([("username", text(username)), ("email", text(email)), ("password", text(password))])
            }
            FirstRunError::Busy => Self::BUSY_HASHING,
            FirstRunError::Store(error) => error.into(),
        }
    }
}

fn text(error: Option<impl ToString>) -> Option<String> {
    error.map(|error| error.to_string())
}

fn flawed(fields: [(&'static str, Option<String>); 3]) -> ApiError {
    let mut errors = FieldErrors::default();
    for (name, message) in fields {
        if let Some(message) = message {
            errors.add(name, message);
        }
    }
    ApiError::Fields(errors)
}

impl From<ForgotError> for ApiError {
    fn from(error: ForgotError) -> Self {
        match error {
            ForgotError::MailOff(off) => off.into(),
            ForgotError::Busy => Self::BUSY_HASHING,
            ForgotError::Store(error) => error.into(),
        }
    }
}

impl From<ResetError> for ApiError {
    fn from(error: ResetError) -> Self {
        match error {
            ResetError::Link => Self::field("token", error.to_string()),
            ResetError::Password(error) => Self::field("new_password", error.to_string()),
            ResetError::Busy => Self::BUSY_HASHING,
            ResetError::Store(error) => error.into(),
        }
    }
}

impl From<ChangePasswordError> for ApiError {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::Old => Self::field("old_password", error.to_string()),
            ChangePasswordError::New(error) => Self::field("new_password", error.to_string()),
            ChangePasswordError::Busy => Self::BUSY_HASHING,
            ChangePasswordError::Store(error) => error.into(),
        }
    }
}

impl From<EmailChangeError> for ApiError {
    fn from(error: EmailChangeError) -> Self {
        match error {
            EmailChangeError::MailOff(off) => off.into(),
            EmailChangeError::Password => Self::field("password", error.to_string()),
            EmailChangeError::Busy => Self::BUSY_HASHING,
            EmailChangeError::Store(error) => error.into(),
        }
    }
}

impl From<DepartError> for ApiError {
    fn from(error: DepartError) -> Self {
        match error {
            DepartError::LastSuperuser => Self::LastSuperuser,
            DepartError::NoSuchUser => Self::NotFound,
            DepartError::Store(error) => error.into(),
        }
    }
}

impl From<ChangeMemberError> for ApiError {
    fn from(error: ChangeMemberError) -> Self {
        match error {
            ChangeMemberError::LastSuperuser => Self::StaysSuperuser,
            ChangeMemberError::NoSuchUser => Self::NotFound,
            ChangeMemberError::Store(error) => error.into(),
        }
    }
}

impl From<MemberError> for ApiError {
    fn from(error: MemberError) -> Self {
        match error {
            MemberError::NameTaken => Self::field("username", error.to_string()),
            MemberError::Hash(HashError::Busy) => Self::BUSY_HASHING,
            MemberError::Hash(HashError::Unreadable) => Self::Failed(error.to_string().into()),
            MemberError::Change(error) => error.into(),
            MemberError::Store(error) => error.into(),
        }
    }
}

impl From<LeaveError> for ApiError {
    fn from(error: LeaveError) -> Self {
        match error {
            LeaveError::Password => Self::field("password", error.to_string()),
            LeaveError::Busy => Self::BUSY_HASHING,
            LeaveError::Depart(error) => error.into(),
            LeaveError::Store(error) => error.into(),
        }
    }
}

impl From<AvatarError> for ApiError {
    fn from(error: AvatarError) -> Self {
        match error {
            AvatarError::Picture(error @ (PictureError::Unreadable | PictureError::TooLarge)) => {
                Self::field("avatar", error.to_string())
            }
            AvatarError::Picture(PictureError::Busy) => Self::BUSY_HASHING,
            AvatarError::NoSuchUser => Self::NotAuthenticated,
            AvatarError::Store(error) => error.into(),
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
    use chatapp_domain::password::PasswordError;
    use chatapp_domain::sign_up::Flaws;

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
        assert_eq!(status(MailOff), 403);
        assert_eq!(status(SignUpError::Closed), 403);
        assert_eq!(status(SignUpError::Flawed(Flaws::default())), 400);
        assert_eq!(status(SignUpError::Invitation), 400);
        assert_eq!(status(SignUpError::Busy), 503);
        assert_eq!(status(SignUpError::Store(StoreError::Busy)), 503);
        assert_eq!(status(FirstRunError::Over), 409);
        assert_eq!(status(FirstRunError::Code), 400);
        assert_eq!(status(FirstRunError::Busy), 503);
        assert_eq!(status(ForgotError::MailOff(MailOff)), 403);
        assert_eq!(status(ForgotError::Busy), 503);
        assert_eq!(status(ResetError::Link), 400);
        assert_eq!(status(ResetError::Password(PasswordError::Numeric)), 400);
        assert_eq!(status(ResetError::Busy), 503);
        assert_eq!(status(ChangePasswordError::Old), 400);
        assert_eq!(status(ChangePasswordError::New(PasswordError::Numeric)), 400);
        assert_eq!(status(ChangePasswordError::Busy), 503);
        assert_eq!(status(EmailChangeError::MailOff(MailOff)), 403);
        assert_eq!(status(EmailChangeError::Password), 400);
        assert_eq!(status(EmailChangeError::Busy), 503);
        assert_eq!(status(AvatarError::Picture(PictureError::Unreadable)), 400);
        assert_eq!(status(AvatarError::Picture(PictureError::TooLarge)), 400);
        assert_eq!(status(AvatarError::Picture(PictureError::Busy)), 503);
        assert_eq!(status(AvatarError::NoSuchUser), 403);
        assert_eq!(status(DepartError::LastSuperuser), 409);
        assert_eq!(status(DepartError::NoSuchUser), 404);
        assert_eq!(status(ChangeMemberError::LastSuperuser), 409);
        assert_eq!(status(ChangeMemberError::NoSuchUser), 404);
        assert_eq!(status(MemberError::NameTaken), 400);
        assert_eq!(status(MemberError::Hash(HashError::Busy)), 503);
        assert_eq!(status(LeaveError::Password), 400);
        assert_eq!(status(LeaveError::Busy), 503);
    }

    #[test]
    fn a_log_in_that_found_the_machine_busy_waits_longer() {
        let response = ApiError::from(LogInError::Busy).error_response();
        assert_eq!(response.headers().get("retry-after").unwrap(), "2");
    }
}
