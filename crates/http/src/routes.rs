//! The map of URLs.

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{ResponseError, guard};

use crate::api::{
    account, audit, avatar, blocks, conversations, departure, docs, email, events, export, health, invitations, me,
    members, messages, metrics, moderation, password, reports, root, session as log_in, sessions, status, tokens,
    users,
};
use crate::bearer;
use crate::endpoint::Endpoint;
use crate::error::ApiError;
use crate::page::{assets, login, logout, shell};
use crate::realtime;
use crate::session;
use crate::shared::Shared;

/// Where the API is.
pub(crate) const API: &str = "/api/v1";

/// Everything under [`API`], the busiest first.
pub(crate) fn api() -> Vec<Endpoint> {
    vec![
        Endpoint::at("/message/").get(messages::list).on(Method::POST, messages::send),
        Endpoint::at("/message/{id}/").get(messages::show),
        Endpoint::at("/message/{id}/report/").on(Method::POST, reports::file),
        Endpoint::at("/event/").get(events::list),
        Endpoint::at("/conversation/").get(conversations::list),
        Endpoint::at("/conversation/{username}/read/").on(Method::PUT, conversations::mark_read),
        Endpoint::at("/conversation/{username}/delivered/").on(Method::PUT, conversations::mark_delivered),
        Endpoint::at("/user/").get(users::list),
        Endpoint::at("/user/{username}/").get(users::show),
        Endpoint::at("/user/{username}/avatar/").get(avatar::show),
        Endpoint::at("/me/export/").get(export::show),
        Endpoint::at("/me/avatar/").on(Method::PUT, avatar::put).on(Method::DELETE, avatar::remove),
        Endpoint::at("/me/").get(me::show).on(Method::PATCH, me::change).on(Method::DELETE, departure::leave),
        Endpoint::at("/me/block/").get(blocks::list),
        Endpoint::at("/me/block/{username}/").on(Method::PUT, blocks::block).on(Method::DELETE, blocks::unblock),
        Endpoint::at("/session/").on(Method::POST, log_in::log_in).on(Method::DELETE, log_in::log_out),
        Endpoint::at("/session/confirm/").on(Method::POST, log_in::confirm),
        Endpoint::at("/me/session/").get(sessions::list).on(Method::DELETE, sessions::end_others),
        Endpoint::at("/me/session/{id}/").on(Method::DELETE, sessions::end),
        Endpoint::at("/me/token/").get(tokens::list).on(Method::POST, tokens::make),
        Endpoint::at("/me/token/{id}/").on(Method::DELETE, tokens::revoke),
        Endpoint::at("/account/").get(account::show).on(Method::POST, account::sign_up),
        Endpoint::at("/account/check/").on(Method::POST, account::check),
        Endpoint::at("/account/again/").on(Method::POST, account::mail_again),
        Endpoint::at("/account/confirm/").on(Method::POST, account::confirm),
        Endpoint::at("/account/first/").on(Method::POST, account::make_first),
        Endpoint::at("/password/forgot/").on(Method::POST, password::forgot),
        Endpoint::at("/password/reset/").on(Method::POST, password::reset),
        Endpoint::at("/password/change/").on(Method::POST, password::change),
        Endpoint::at("/email/confirm/").on(Method::POST, email::confirm),
        Endpoint::at("/admin/invitation/").get(invitations::list).on(Method::POST, invitations::make),
        Endpoint::at("/admin/invitation/{id}/").on(Method::DELETE, invitations::withdraw),
        Endpoint::at("/admin/message/").get(moderation::list),
        Endpoint::at("/admin/message/date/").get(moderation::dates),
        Endpoint::at("/admin/message/{id}/").get(moderation::show).on(Method::DELETE, moderation::delete),
        Endpoint::at("/admin/status/").get(status::show),
        Endpoint::at("/admin/report/").get(reports::list),
        Endpoint::at("/admin/report/{id}/").on(Method::PATCH, reports::change),
        Endpoint::at("/admin/log/").get(audit::list),
        Endpoint::at("/admin/user/").get(members::list).on(Method::POST, members::make),
        Endpoint::at("/admin/user/{username}/")
            .get(members::show)
            .on(Method::PATCH, members::change)
            .on(Method::DELETE, members::remove),
        Endpoint::at("/admin/user/{username}/password/").on(Method::POST, members::set_password),
        Endpoint::at("/admin/user/{username}/session/").on(Method::DELETE, members::end_sessions),
        Endpoint::at("/").get(root::show),
        Endpoint::at("/openapi.json/").get(docs::document),
        Endpoint::at("/docs/").get(docs::explorer),
        Endpoint::at("/docs/{file}/").get(docs::explorer_file),
    ]
}

/// Registers everything. Only what asks for a session is wrapped in one: files are served without a look at the store.
pub(crate) fn configure(config: &mut ServiceConfig, shared: &Data<Shared>) {
    let counted = |scope: &'static str, endpoint: Endpoint| endpoint.counted(&shared.metrics, scope);
    let api = api().into_iter().fold(web::scope(API), |scope, endpoint| scope.service(counted(API, endpoint)));
    // Outermost, so that a session is not even looked for beside a token.
    let by_token = || {
        let shared = shared.clone();
        from_fn(move |request, next| bearer::authenticate(shared.clone(), request, next))
    };
    let by_session = || session::middleware(shared);
    config
        .service(api.default_service(web::to(not_found)).wrap(by_session()).wrap(by_token()))
        .service(web::scope("/api").default_service(web::to(not_found)))
        .app_data(shared.metrics.other())
        .service(
            web::scope("/ws")
                .service(counted("/ws", Endpoint::at("/").get(realtime::open)))
                .wrap(by_session())
                .wrap(by_token()),
        )
        .service(Endpoint::at("/metrics/").get(metrics::show))
        .service(Endpoint::at("/health/live/").get(health::live))
        .service(Endpoint::at("/health/ready/").get(health::ready))
        .service(web::scope("").guard(guard::fn_guard(assets::is_file)).default_service(web::to(assets::serve)))
        .service(
            web::scope("")
                .wrap(by_session())
                .service(counted("", Endpoint::at("/login/").get(login::show).on(Method::POST, login::log_in)))
                .service(Endpoint::at("/logout/").get(logout::by_link).on(Method::POST, logout::log_out))
                .default_service(web::to(shell::serve)),
        );
}

/// What the address for operators alone answers.
pub(crate) fn configure_for_operators(config: &mut ServiceConfig) {
    config
        .service(Endpoint::at("/metrics/").get(metrics::show_always))
        .service(Endpoint::at("/health/live/").get(health::live))
        .service(Endpoint::at("/health/ready/").get(health::ready))
        .default_service(web::to(not_found));
}

async fn not_found() -> impl actix_web::Responder {
    ApiError::NotFound.error_response()
}
