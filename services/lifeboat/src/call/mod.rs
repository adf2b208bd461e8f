//! `lifeboat call`: one request with token and proof of possession, like curl.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Certificate, Method};
use runtime::clock;
use url::Url;

use crate::client::{Client, Credentials, RegistryFacts};
use crate::demo::{DEFAULT_READY_FILE, ReadyFile};
use crate::outcome::{Failure, remark, say};

mod answer;

use answer::Answer;

/// Between two tries.
const PAUSE: Duration = Duration::from_secs(1);

/// What to ask, and as whom.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// An address, or a path at the gateway such as /household/v1/me.
    #[arg(value_name = "URL|PATH")]
    target: String,
    /// The HTTP method; POST where there is data, GET otherwise.
    #[arg(short = 'X', long)]
    method: Option<Method>,
    /// As whom; without it no token is sent.
    #[arg(long = "as", value_enum)]
    who: Option<Who>,
    /// What the demo wrote: where the gateway is, and credentials.
    #[arg(long, value_name = "FILE", default_value = DEFAULT_READY_FILE)]
    ready_file: PathBuf,
    /// The gateway, instead of the one in the ready file.
    #[arg(long, value_name = "URL")]
    gateway: Option<Url>,
    /// What the world calls the gateway, where it is reached by another address, such as its Service inside a cluster.
    #[arg(long, value_name = "URL")]
    public_url: Option<Url>,
    /// Where the gateway is reached instead, as HOST:PORT: by another name, or before names lead there. Its certificate and the
    /// proofs are still for the gateway's own address.
    #[arg(long, value_name = "HOST:PORT", conflicts_with = "public_url")]
    connect_to: Option<String>,
    /// PEM file with the authority of the gateway's certificate, where this machine does not know it.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// A citizen's facts: national ID.
    #[arg(long, requires_all = ["birth_date", "household_no", "id_card_issued_on"])]
    national_id: Option<String>,
    /// A citizen's facts: birth date, YYYY-MM-DD.
    #[arg(long)]
    birth_date: Option<String>,
    /// A citizen's facts: household number.
    #[arg(long)]
    household_no: Option<String>,
    /// A citizen's facts: the day the identity card was issued, YYYY-MM-DD.
    #[arg(long)]
    id_card_issued_on: Option<String>,
    /// A program's registered name.
    #[arg(long, requires = "key_file")]
    client_id: Option<String>,
    /// A program's private key (PEM, PKCS#8, P-256).
    #[arg(long, requires = "client_id", value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// What an officer asks for, such as family-tracing.
    #[arg(long)]
    purpose: Option<String>,
    /// The case in which an officer asks.
    #[arg(long)]
    case_number: Option<String>,
    /// Another header, `Name: value`.
    #[arg(short = 'H', long = "header", value_name = "HEADER", value_parser = header)]
    headers: Vec<(HeaderName, HeaderValue)>,
    /// A JSON body.
    #[arg(short, long, value_name = "JSON", value_parser = json)]
    data: Option<serde_json::Value>,
    /// Show the answer's status and headers too.
    #[arg(short, long)]
    include: bool,
    /// Tries again for so long while the gateway cannot be reached, or when it or the sign-in answers 429, 502, 503 or 504.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    wait: u64,
    /// Fails, or waits, unless the answer of /readyz says of each of these that it is ready: identity,household,…
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        conflicts_with = "curl"
    )]
    expect_ready: Vec<String>,
    /// Send nothing; print the request for `curl --config -`.
    #[arg(long)]
    curl: bool,
}

impl Options {
    fn method(&self) -> Method {
        let usual = if self.data.is_some() {
            Method::POST
        } else {
            Method::GET
        };
        self.method.clone().unwrap_or(usual)
    }
}

/// As whom to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Who {
    Citizen,
    Officer,
}

/// Parsed here: left to itself the command line would take any text for a JSON string.
fn json(text: &str) -> Result<serde_json::Value, serde_json::Error> {
    serde_json::from_str(text)
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("write it as `Name: value`")?;
    let name = name.trim().parse().map_err(|_| "not a header name")?;
    let value = value.trim().parse().map_err(|_| "not a header value")?;
    Ok((name, value))
}

pub(crate) async fn run(options: Options) -> Result<ExitCode, Failure> {
    if options.curl {
        let mut client = signed_in(&options).await?;
        return print_for_curl(&mut client, &options).await;
    }
    let deadline = Instant::now() + Duration::from_secs(options.wait);
    let mut told = String::new();
    loop {
        let (why, last) = match ask(&options).await {
            Ok(answer) => match answer.lacks(&options.expect_ready) {
                Some(why) => (why, Ok(answer)),
                None => return answer.print(options.include),
            },
            Err(failure) if failure.is_passing() => (failure.to_string(), Err(failure)),
            Err(failure) => return Err(failure),
        };
        if Instant::now() + PAUSE > deadline {
            let code = last?.print(options.include)?;
            if code == ExitCode::SUCCESS {
                return Err(Failure::failed(why));
            }
            return Ok(code);
        }
        if why != told {
            remark(format_args!("{why}; trying again"));
            told = why;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Sends the request once, with a token of its own where there is to be one.
async fn ask(options: &Options) -> Result<Answer, Failure> {
    let mut client = signed_in(options).await?;
    let extra = extra_headers(options)?;
    let answer = client
        .send(
            &options.method(),
            &options.target,
            &extra,
            options.data.as_ref(),
        )
        .await?;
    Answer::read(answer).await
}

/// Who asks, with a token where it is to be one.
async fn signed_in(options: &Options) -> Result<Client, Failure> {
    let known = ReadyFile::read(&options.ready_file);
    let gateway = match (&options.gateway, &known) {
        (Some(url), _) => url.clone(),
        (None, Ok(known)) => known.gateway.parse()?,
        (None, Err(error)) => match Url::parse(&options.target) {
            Ok(absolute) => absolute,
            Err(_) => {
                return Err(Failure::usage(format!(
                    "cannot read {}: {error}",
                    options.ready_file.display()
                ))
                .next("start `lifeboat demo`, or name the gateway with --gateway URL"));
            }
        },
    };
    let authorities = match &options.ca_file {
        Some(file) => authorities(file)?,
        None => Vec::new(),
    };
    let reached = match &options.connect_to {
        Some(place) => addresses(place).await?,
        None => Vec::new(),
    };
    let mut client = Client::reaching(&reached, authorities, gateway, clock::system())?
        .known_as(options.public_url.clone());
    if let Some(who) = options.who {
        client.sign_in(&credentials(who, options, known)?).await?;
    }
    Ok(client)
}

async fn addresses(place: &str) -> Result<Vec<SocketAddr>, Failure> {
    let refused =
        |error: &dyn std::fmt::Display| Failure::usage(format!("--connect-to {place}: {error}"));
    let found = tokio::net::lookup_host(place)
        .await
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::InvalidInput => refused(&error),
            _ => refused(&error).passing(),
        })?;
    let found: Vec<SocketAddr> = found.collect();
    if found.is_empty() {
        return Err(refused(&"no address has this name").passing());
    }
    Ok(found)
}

fn authorities(file: &Path) -> Result<Vec<Certificate>, Failure> {
    let refused = |error: &dyn std::fmt::Display| {
        Failure::usage(format!("--ca-file {}: {error}", file.display()))
    };
    let pem = std::fs::read(file).map_err(|error| refused(&error))?;
    let authorities = Certificate::from_pem_bundle(&pem).map_err(|error| refused(&error))?;
    if authorities.is_empty() {
        return Err(refused(&"there is no certificate in it"));
    }
    Ok(authorities)
}

fn credentials(
    who: Who,
    options: &Options,
    known: std::io::Result<ReadyFile>,
) -> Result<Credentials, Failure> {
    let given = [
        &options.national_id,
        &options.birth_date,
        &options.household_no,
        &options.id_card_issued_on,
    ];
    match (who, given, &options.client_id, &options.key_file) {
        (Who::Citizen, [Some(id), Some(born), Some(household), Some(issued)], ..) => {
            Ok(Credentials::Citizen(RegistryFacts {
                national_id: id.clone(),
                birth_date: born.clone(),
                household_no: household.clone(),
                id_card_issued_on: issued.clone(),
            }))
        }
        (Who::Officer, _, Some(client_id), Some(key_file)) => Ok(Credentials::Program {
            client_id: client_id.clone(),
            key_pem: std::fs::read_to_string(key_file).map_err(|error| {
                Failure::usage(format!("--key-file {}: {error}", key_file.display()))
            })?,
        }),
        _ => {
            let known = known.map_err(|error| {
                Failure::usage(format!(
                    "no credentials, and cannot read {}: {error}",
                    options.ready_file.display()
                ))
                .next(
                    "give --national-id … or --client-id and --key-file, or start `lifeboat demo`",
                )
            })?;
            known.credentials(who == Who::Officer)
        }
    }
}

fn extra_headers(options: &Options) -> Result<Vec<(HeaderName, HeaderValue)>, Failure> {
    let mut headers = options.headers.clone();
    for (name, value) in [
        ("lookup-purpose", &options.purpose),
        ("case-number", &options.case_number),
    ] {
        if let Some(value) = value {
            let value = HeaderValue::from_str(value)
                .map_err(|error| Failure::usage(format!("{name}: {error}")))?;
            headers.push((HeaderName::from_static(name), value));
        }
    }
    Ok(headers)
}

/// Prints a configuration for curl. A proof is good for one request, so the nonce must be known before: it is fetched
/// with a request that the gateway answers with one.
async fn print_for_curl(client: &mut Client, options: &Options) -> Result<ExitCode, Failure> {
    let (method, extra) = (options.method(), extra_headers(options)?);
    if options.who.is_some() {
        client.fetch_nonce().await?;
    }
    if let Some(file) = &options.ca_file {
        say(format_args!(
            "cacert = {}",
            quoted(&file.display().to_string())
        ));
    }
    if let Some(place) = &options.connect_to {
        say(format_args!(
            "connect-to = {}",
            quoted(&format!("::{place}"))
        ));
    }
    let prepared = client.prepare(&method, client.address(&options.target)?)?;
    let url = match &options.connect_to {
        Some(_) => client.name(&prepared.url),
        None => prepared.url,
    };
    say(format_args!("url = {}", quoted(url.as_str())));
    say(format_args!("request = {}", quoted(method.as_str())));
    for (name, value) in &prepared.headers {
        say(format_args!(
            "header = {}",
            quoted(&format!("{name}: {value}"))
        ));
    }
    for (name, value) in &extra {
        say(format_args!(
            "header = {}",
            quoted(&format!(
                "{name}: {}",
                String::from_utf8_lossy(value.as_bytes())
            ))
        ));
    }
    if let Some(json) = &options.data {
        say(format_args!("header = \"Content-Type: application/json\""));
        say(format_args!("data = {}", quoted(&json.to_string())));
    }
    Ok(ExitCode::SUCCESS)
}

/// A quoted string of curl's configuration files.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
