//! One path with everything it answers to: its methods, HEAD beside GET, OPTIONS, and 405 with `Allow` for the rest; with
//! and without the slash at the end.

use std::rc::Rc;

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, ResponseError, Route, web};

use crate::error::ApiError;
use crate::metrics::{Metrics, WayIn};

/// A path and its handlers.
pub(crate) struct Endpoint {
    path: &'static str,
    routes: Vec<(Method, Box<dyn Fn() -> Route>)>,
    figures: Option<WayIn>,
}

impl Endpoint {
    /// An endpoint at `path`, which ends in a slash.
    pub(crate) fn at(path: &'static str) -> Self {
        Self { path, routes: Vec::new(), figures: None }
    }

    pub(crate) fn get<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.on(Method::GET, handler.clone()).on(Method::HEAD, handler)
    }

    pub(crate) fn on<F, Args>(mut self, method: Method, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let route_method = method.clone();
        self.routes.push((method, Box::new(move || web::method(route_method.clone()).to(handler.clone()))));
        self
    }

    /// The same endpoint below `scope`, with its requests counted.
    pub(crate) fn counted(self, metrics: &Metrics, scope: &str) -> Self {
        let figures = metrics.route(&format!("{scope}{}", self.path));
        Self { figures: Some(WayIn(Rc::new(figures))), ..self }
    }

    #[cfg(test)]
    pub(crate) fn path(&self) -> &'static str {
        self.path
    }

    /// Every method but OPTIONS.
    pub(crate) fn methods(&self) -> impl Iterator<Item = &Method> {
        self.routes.iter().map(|(method, _)| method)
    }

    fn resource(&self, path: &str) -> Resource {
        let mut names: Vec<&str> = self.methods().map(Method::as_str).collect();
        names.push("OPTIONS");
        let allow = names.join(", ");
        let resource = web::resource(path);
        let resource = match &self.figures {
            Some(figures) => resource.app_data(figures.clone()),
            None => resource,
        };
        let resource = self.routes.iter().fold(resource, |resource, (_, route)| resource.route(route()));
        resource.default_service(web::to(move |request: HttpRequest| {
            let answer = other_method(&request, &allow);
            async move { answer }
        }))
    }
}

impl HttpServiceFactory for Endpoint {
    fn register(self, config: &mut AppService) {
        self.resource(self.path).register(config);
        let bare = self.path.trim_end_matches('/');
        if bare != self.path {
            self.resource(bare).register(config);
        }
    }
}

fn other_method(request: &HttpRequest, allow: &str) -> HttpResponse {
    let method = request.method();
    if method != Method::OPTIONS {
        let (method, allow) = (method.as_str().to_owned(), allow.to_owned());
        return ApiError::MethodNotAllowed { method, allow }.error_response();
    }
    let mut response = HttpResponse::Ok().finish();
    if let Ok(allow) = HeaderValue::from_str(allow) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}
