//! The edge: connections, limits, headers. What is asked is judged by `guard` and answered by the room.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Either, Full, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::header::{HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};

use super::answer::{Answer, Asked, Reply};
use super::guard::{is_our_host, is_our_origin};
use super::room::Room;
use super::{page, routes};

/// Connections at a time; a further one is closed at once.
const CONNECTIONS: usize = 256;
/// What a request may hold, and how long it may take to say so.
const BODY: usize = 1 << 20;
const PATIENCE: Duration = Duration::from_secs(10);
/// What the head of a request may hold.
const HEAD: usize = 32 << 10;
/// So often something is said where nothing happens, so that a lost connection is noticed.
const PULSE: Duration = Duration::from_secs(15);

/// Nothing but what this server itself sends runs, is shown or is asked.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

type Sent = Either<Full<Bytes>, Events>;

/// Answer who connects, for as long as this is awaited.
pub async fn listen(listener: TcpListener, address: SocketAddr, room: Arc<Room>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            continue;
        };
        let room = Arc::clone(&room);
        let service = service_fn(move |request| {
            let room = Arc::clone(&room);
            async move { Ok::<_, Infallible>(answered(room, address, peer.ip(), request).await) }
        });
        tokio::spawn(async move {
            let mut builder = http1::Builder::new();
            builder
                .timer(TokioTimer::new())
                .header_read_timeout(PATIENCE)
                .max_buf_size(HEAD);
            // Whoever breaks off, or speaks no HTTP, has heard enough.
            let _ = builder.serve_connection(TokioIo::new(stream), service).await;
            drop(place);
        });
    }
}

async fn answered(room: Arc<Room>, address: SocketAddr, peer: IpAddr, request: Request<Incoming>) -> Response<Sent> {
    match reply(room, address, peer, request).await {
        Ok(Reply::Whole(answer)) | Err(answer) => whole(answer),
        Ok(Reply::Events(events)) => {
            let (sender, receiver) = mpsc::channel(4);
            tokio::spawn(follow(events, sender));
            headed(Response::new(Either::Right(Events(receiver))), "text/event-stream")
        }
    }
}

async fn reply(
    room: Arc<Room>,
    address: SocketAddr,
    peer: IpAddr,
    request: Request<Incoming>,
) -> Result<Reply, Answer> {
    let header = |name: &str| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let host = header("host").unwrap_or_default();
    if !is_our_host(&host, address) || request.headers().get_all("host").iter().count() != 1 {
        return Err(Answer::refused(403, "this server answers only under its own address"));
    }
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let writes = !matches!(method, Method::GET | Method::HEAD);
    if !path.starts_with("/api/") {
        return match writes {
            true => Err(Answer::refused(405, "pages are only read")),
            false => page::asset(&path).map(Reply::Whole),
        };
    }
    let origin = header("origin");
    if writes && origin.is_none() || origin.is_some_and(|origin| !is_our_origin(&origin, &host)) {
        return Err(Answer::refused(403, "only the page of this server may ask that"));
    }
    let who = room.who(header("x-qantar-token").as_deref(), peer, Instant::now())?;
    if writes && !header("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
        return Err(Answer::refused(415, "what is sent is JSON"));
    }
    let query = request.uri().query().unwrap_or_default().to_owned();
    let read = Limited::new(request.into_body(), BODY).collect();
    let body = match tokio::time::timeout(PATIENCE, read).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(_)) => return Err(Answer::refused(413, "that is too long; 1 MB is the most")),
        Err(_) => return Err(Answer::refused(408, "that took too long to arrive")),
    };
    let asked = Asked {
        who,
        method: method.as_str().to_owned(),
        path,
        query,
        body: body.to_vec(),
    };
    // What is asked can take a moment, as a scenario is read for it; other pages are answered the while.
    let done = tokio::task::spawn_blocking(move || routes::answer(&room, &asked)).await;
    done.unwrap_or_else(|_| {
        Err(Answer::refused(
            500,
            "the server broke off here; nothing is lost, try again",
        ))
    })
}

fn whole(answer: Answer) -> Response<Sent> {
    let mut response = Response::new(Either::Left(Full::new(Bytes::from(answer.body))));
    *response.status_mut() = hyper::StatusCode::from_u16(answer.status).unwrap_or_default();
    // What was not read of the request cannot be passed over, so nothing more can come on this connection.
    if matches!(answer.status, 408 | 413) {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert("connection", close);
    }
    if let Some(name) = answer.saved_as
        && let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""))
    {
        response.headers_mut().insert("content-disposition", value);
    }
    headed(response, answer.kind)
}

fn headed(mut response: Response<Sent>, kind: &'static str) -> Response<Sent> {
    let headers = [
        ("content-type", kind),
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ];
    for (name, value) in headers {
        response
            .headers_mut()
            .insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

/// Tell a page what is seen, again whenever it changes. Only the latest counts: who reads slowly misses what is old.
async fn follow(mut seen: super::answer::Watched, page: mpsc::Sender<Bytes>) {
    loop {
        let text = format!("data: {}\n\n", *seen.borrow_and_update());
        if page.send(Bytes::from(text)).await.is_err() {
            return;
        }
        loop {
            match tokio::time::timeout(PULSE, seen.changed()).await {
                Ok(Ok(())) => break,
                Ok(Err(_)) => return,
                Err(_) if page.send(Bytes::from_static(b": still here\n\n")).await.is_err() => return,
                Err(_) => {}
            }
        }
    }
}

/// A body that comes as it happens.
pub struct Events(mpsc::Receiver<Bytes>);

impl Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0
            .poll_recv(context)
            .map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}
