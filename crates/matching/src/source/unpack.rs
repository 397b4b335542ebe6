//! What is in a ZIP archive, and how large it is when unpacked, before anybody unpacks it.
//!
//! The reader of spreadsheets holds some parts of a workbook whole. Sizes that an archive declares may lie, so those
//! parts are inflated here first (RFC 1951), counted and thrown away. APPNOTE.TXT 6.3 is the format of the archive.

use super::inflate::Inflater;
use std::io::{Error, ErrorKind, Read, Seek, SeekFrom};

/// Most files in an archive.
const ENTRIES_MAX: usize = 10_000;
/// The end of the directory may be followed by a comment of this length.
const TAIL_BYTES_MAX: u64 = 22 + u16::MAX as u64;
/// Largest directory.
const DIRECTORY_BYTES_MAX: u64 = 16 << 20;

/// A file in an archive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    method: u16,
    packed: u64,
    /// What the archive says that it unpacks to.
    pub(super) declared: u64,
    at: u64,
}

/// The files of an archive, as its directory lists them.
pub(super) fn entries(file: &mut (impl Read + Seek)) -> std::io::Result<Vec<Entry>> {
    let length = file.seek(SeekFrom::End(0))?;
    let from = length.saturating_sub(TAIL_BYTES_MAX);
    let tail = read_at(file, from, length - from)?;
    let end = tail.windows(4).rposition(|four| four == b"PK\x05\x06").ok_or_else(damaged)?;
    let (mut size, mut start) = (u64::from(u32_at(&tail, end + 12)?), u64::from(u32_at(&tail, end + 16)?));
    if start == u64::from(u32::MAX) || size == u64::from(u32::MAX) {
        // The directory of a large archive is described a second time, in front.
        let locator = end.checked_sub(20).filter(|&at| tail[at..].starts_with(b"PK\x06\x07")).ok_or_else(damaged)?;
        let record = read_at(file, u64_at(&tail, locator + 8)?, 56)?;
        if !record.starts_with(b"PK\x06\x06") {
            return Err(damaged());
        }
        (size, start) = (u64_at(&record, 40)?, u64_at(&record, 48)?);
    }
    if size > DIRECTORY_BYTES_MAX {
        return Err(damaged());
    }
    let directory = read_at(file, start, size)?;
    let mut entries = Vec::new();
    let mut at = 0;
    while directory.get(at..at + 4) == Some(b"PK\x01\x02") && entries.len() < ENTRIES_MAX {
        let (name, extra, comment) =
            (u16_at(&directory, at + 28)?, u16_at(&directory, at + 30)?, u16_at(&directory, at + 32)?);
        let name_at = at + 46;
        let extra_at = name_at + usize::from(name);
        let bytes = directory.get(name_at..extra_at).ok_or_else(damaged)?;
        let mut entry = Entry {
            name: String::from_utf8_lossy(bytes).replace('\\', "/"),
            method: u16_at(&directory, at + 10)?,
            packed: u32_at(&directory, at + 20)?.into(),
            declared: u32_at(&directory, at + 24)?.into(),
            at: u32_at(&directory, at + 42)?.into(),
        };
        let rest = extra_at + usize::from(extra);
        large(&mut entry, directory.get(extra_at..rest).ok_or_else(damaged)?)?;
        entries.push(entry);
        at = rest + usize::from(comment);
    }
    if entries.is_empty() { Err(damaged()) } else { Ok(entries) }
}

/// Sizes that do not fit 32 bits stand in an extra field.
fn large(entry: &mut Entry, mut extra: &[u8]) -> std::io::Result<()> {
    while extra.len() >= 4 {
        let (id, size) = (u16_at(extra, 0)?, usize::from(u16_at(extra, 2)?));
        let body = extra.get(4..4 + size).unwrap_or_default();
        if id == 1 {
            let mut at = 0;
            for value in [&mut entry.declared, &mut entry.packed, &mut entry.at] {
                if *value == u64::from(u32::MAX) {
                    *value = u64_at(body, at)?;
                    at += 8;
                }
            }
        }
        extra = extra.get(4 + size..).unwrap_or_default();
    }
    Ok(())
}

/// How large an entry is when unpacked, counted up to just over `max`; and its first bytes.
pub(super) fn measure(file: &mut (impl Read + Seek), entry: &Entry, max: u64) -> std::io::Result<(u64, Vec<u8>)> {
    let header = read_at(file, entry.at, 30)?;
    if !header.starts_with(b"PK\x03\x04") {
        return Err(damaged());
    }
    let body = entry.at + 30 + u64::from(u16_at(&header, 26)?) + u64::from(u16_at(&header, 28)?);
    file.seek(SeekFrom::Start(body))?;
    let packed = std::io::BufReader::new(file.take(entry.packed));
    match entry.method {
        0 => {
            let mut head = Vec::new();
            packed.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
            Ok((entry.packed, head))
        }
        8 => {
            let mut inflater = Inflater::new(packed);
            let mut head = Vec::new();
            let mut count = 0;
            let mut chunk = vec![0; 1 << 16];
            while count <= max {
                let read = inflater.read(&mut chunk)?;
                if read == 0 {
                    break;
                }
                count += read as u64;
                let wanted = HEAD_BYTES.saturating_sub(head.len()).min(read);
                head.extend_from_slice(&chunk[..wanted]);
            }
            Ok((count, head))
        }
        _ => Err(damaged()),
    }
}

/// How many first bytes [`measure`] gives back.
const HEAD_BYTES: usize = 4_096;

fn read_at(file: &mut (impl Read + Seek), from: u64, count: u64) -> std::io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(count).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == count { Ok(bytes) } else { Err(damaged()) }
}

pub(super) fn damaged() -> Error {
    Error::from(ErrorKind::InvalidData)
}

fn array_at<const N: usize>(bytes: &[u8], at: usize) -> std::io::Result<[u8; N]> {
    bytes.get(at..).and_then(|rest| rest.first_chunk::<N>()).copied().ok_or_else(damaged)
}

fn u16_at(bytes: &[u8], at: usize) -> std::io::Result<u16> {
    Ok(u16::from_le_bytes(array_at(bytes, at)?))
}

fn u32_at(bytes: &[u8], at: usize) -> std::io::Result<u32> {
    Ok(u32::from_le_bytes(array_at(bytes, at)?))
}

fn u64_at(bytes: &[u8], at: usize) -> std::io::Result<u64> {
    Ok(u64::from_le_bytes(array_at(bytes, at)?))
}
