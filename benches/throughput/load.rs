//! Readers who ask for one page again and again, each over a connection that stays open. A client of our own, because it shares the
//! machine with the server: what it does for a page is to find where it ends.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// What came of it.
pub struct Load {
    pub per_second: f64,
    /// What each page took.
    pub milliseconds: Vec<f64>,
}

/// Keeps `readers` asking for `path` for so long; each answer must be a page.
pub async fn load(base: &str, path: &str, readers: usize, span: Duration) -> anyhow::Result<Load> {
    let began = Instant::now();
    let one = async || {
        let mut reader = Reader::connect(base).await?;
        let mut milliseconds = Vec::new();
        while began.elapsed() < span {
            milliseconds.push(reader.get(path).await?);
        }
        anyhow::Ok(milliseconds)
    };
    let all = futures_util::future::try_join_all((0..readers).map(|_| one())).await?.concat();
    Ok(Load { per_second: all.len() as f64 / began.elapsed().as_secs_f64(), milliseconds: all })
}

/// One reader and their connection.
pub struct Reader {
    address: String,
    connection: BufReader<TcpStream>,
}

impl Reader {
    pub async fn connect(base: &str) -> anyhow::Result<Self> {
        let address = base.strip_prefix("http://").context("no plain address")?.to_owned();
        let connection = BufReader::with_capacity(64 * 1024, Self::open(&address).await?);
        Ok(Self { address, connection })
    }

    async fn open(address: &str) -> anyhow::Result<TcpStream> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// Asks for a page as a browser does, and throws it away; the milliseconds until its last byte.
    pub async fn get(&mut self, path: &str) -> anyhow::Result<f64> {
        let began = Instant::now();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0\r\n\
             Accept: text/html\r\nAccept-Language: en\r\n\r\n",
            self.address
        );
        self.connection.write_all(request.as_bytes()).await?;
        let (mut length, mut closes, mut line) = (None, false, String::new());
        self.connection.read_line(&mut line).await?;
        ensure!(line.contains(" 200"), "{path} was answered with {}", line.trim());
        loop {
            line.clear();
            ensure!(self.connection.read_line(&mut line).await? > 0, "the answer to {path} breaks off");
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = Some(value.trim().parse::<u64>()?),
                "connection" => closes = value.trim().eq_ignore_ascii_case("close"),
                _ => {}
            }
        }
        let length = length.with_context(|| format!("{path} has no Content-Length"))?;
        let read = tokio::io::copy_buf(&mut (&mut self.connection).take(length), &mut tokio::io::sink()).await?;
        ensure!(read == length, "{path} breaks off");
        if closes {
            self.connection = BufReader::with_capacity(64 * 1024, Self::open(&self.address).await?);
        }
        Ok(began.elapsed().as_secs_f64() * 1000.0)
    }
}
