//! Just enough HTTP/1.1 to answer the Lambda runtime and to steer moto.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;

/// A request or an answer: its first line and its body.
pub struct Message {
    pub first_line: String,
    pub body: Vec<u8>,
}

/// Reads one message; `None` where the other side has closed.
pub fn read(from: &mut impl BufRead) -> io::Result<Option<Message>> {
    let Some(first_line) = line(from)? else { return Ok(None) };
    let mut headers = HashMap::new();
    while let Some(header) = line(from)?.filter(|header| !header.is_empty()) {
        let (name, value) = header.split_once(':').unwrap();
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let chunked = headers.get("transfer-encoding").is_some_and(|value| value == "chunked");
    let body = if chunked {
        chunks(from)?
    } else {
        let size = headers.get("content-length").map_or(0, |size| size.parse().unwrap());
        exactly(from, size)?
    };
    Ok(Some(Message { first_line, body }))
}

/// Asks `127.0.0.1:port` and gives the body of its answer, which must be 200.
pub fn ask(port: u16, method: &str, path: &str, body: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let size = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: moto\r\nConnection: close\r\n\
         Content-Length: {size}\r\n\r\n{body}"
    )
    .unwrap();
    let answer = read(&mut BufReader::new(stream)).unwrap().unwrap();
    assert!(answer.first_line.contains(" 200 "), "{path}: {}", answer.first_line);
    answer.body
}

fn chunks(from: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(from)?.unwrap_or_default();
        let size = usize::from_str_radix(&size, 16).unwrap();
        body.extend(exactly(from, size)?);
        // the line end after a chunk, or trailers and the empty line after the last
        while line(from)?.is_some_and(|rest| size == 0 && !rest.is_empty()) {}
        if size == 0 {
            return Ok(body);
        }
    }
}

fn exactly(from: &mut impl BufRead, size: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; size];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn line(from: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = String::new();
    let read = from.read_line(&mut line)?;
    Ok((read > 0).then(|| line.trim_end().to_owned()))
}
