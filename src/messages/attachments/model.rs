//! What a file must be like to go with a mail.

use crate::{
    limits::{ATTACHMENTS_BYTES, ATTACHMENTS_MAX},
    t,
    web::upload::{self, Upload},
};

const CONTENT_TYPE_MAX: usize = 100;
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// Endings of programs. Gmail, Outlook and most servers refuse the whole mail that has one of them, so it would reach nobody.
const PROGRAMS: [&str; 64] = [
    "ade",
    "adp",
    "apk",
    "appx",
    "appxbundle",
    "bat",
    "cab",
    "chm",
    "cmd",
    "com",
    "cpl",
    "diagcab",
    "diagcfg",
    "diagpkg",
    "dll",
    "dmg",
    "ex",
    "ex_",
    "exe",
    "gadget",
    "hta",
    "img",
    "inf",
    "ins",
    "iso",
    "isp",
    "jar",
    "jnlp",
    "js",
    "jse",
    "lib",
    "lnk",
    "mde",
    "mjs",
    "msc",
    "msh",
    "msi",
    "msix",
    "msixbundle",
    "msp",
    "mst",
    "nsh",
    "pif",
    "ps1",
    "psc1",
    "psm1",
    "reg",
    "scf",
    "scr",
    "sct",
    "shb",
    "sys",
    "url",
    "vb",
    "vbe",
    "vbs",
    "vhd",
    "vxd",
    "wsc",
    "wsf",
    "wsh",
    "xbap",
    "xll",
    "xpi",
];

/// A file that may go with a mail.
#[derive(Debug, PartialEq, Eq)]
pub struct NewAttachment {
    pub name: String,
    pub content_type: String,
    pub content: Vec<u8>,
}

/// A file of a message, without its content.
#[derive(Debug, Clone)]
pub struct Attachment {
    pub id: i64,
    pub name: String,
    /// Bytes.
    pub size: i32,
}

/// A file with its content.
#[derive(Debug)]
pub struct File {
    pub name: String,
    pub content_type: String,
    pub content: Vec<u8>,
}

/// The files of a form, beside those that the message has: all of them, or what is wrong, a sentence for each fault.
///
/// # Errors
/// Sentences for the reader.
pub fn parse(uploads: Vec<Upload>, present: &[Attachment]) -> Result<Vec<NewAttachment>, String> {
    let mut faults = Vec::new();
    let mut files = Vec::new();
    for upload in uploads {
        match one(upload) {
            Ok(file) => files.push(file),
            Err(fault) => faults.push(fault),
        }
    }
    if files.is_empty() && faults.is_empty() {
        faults.push(t!("messages-attachments-choose"));
    }
    if present.len() + files.len() > ATTACHMENTS_MAX {
        faults.push(t!("messages-attachments-many", max = ATTACHMENTS_MAX));
    }
    if total(present) + files.iter().map(|file| file.content.len()).sum::<usize>() > ATTACHMENTS_BYTES {
        faults.push(t!("messages-attachments-large", most = ATTACHMENTS_BYTES / 1024 / 1024));
    }
    if faults.is_empty() { Ok(files) } else { Err(faults.join(" ")) }
}

/// The bytes of all of them.
pub fn total(attachments: &[Attachment]) -> usize {
    attachments.iter().map(|attachment| usize::try_from(attachment.size).unwrap_or_default()).sum()
}

fn one(upload: Upload) -> Result<NewAttachment, String> {
    let name = upload::clean_name(&upload.name);
    if upload.content.is_empty() {
        return Err(t!("messages-attachments-empty", name = name));
    }
    if let Some(ending) = program(&name) {
        return Err(t!("messages-attachments-program", name = name, ending = ending));
    }
    Ok(NewAttachment { content_type: content_type(&upload.content_type), content: upload.content, name })
}

/// The ending of a program, where the name has one.
fn program(name: &str) -> Option<String> {
    let ending = name.rsplit_once('.')?.1.trim().to_lowercase();
    PROGRAMS.contains(&&*ending).then(|| format!(".{ending}"))
}

/// As the browser says, where that is a media type that stands for a file. Parts of other kinds may not be encoded (RFC 2045,
/// section 6.4).
fn content_type(given: &str) -> String {
    let essence = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_token = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte));
    match essence.split_once('/') {
        Some((kind, subtype))
            if is_token(kind) && is_token(subtype) && !matches!(kind, "multipart" | "message") && essence.len() <= CONTENT_TYPE_MAX =>
        {
            essence
        }
        _ => UNKNOWN_TYPE.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{content_type, program};
    use crate::web::upload::clean_name as name;

    #[test]
    fn names_lose_their_folders_and_what_hides_an_ending() {
        assert_eq!(name("C:\\Users\\una\\price list.pdf"), "price list.pdf");
        assert_eq!(name("../../etc/pass\u{0}wd\r\n"), "passwd");
        assert_eq!(name("отчёт.\u{202E}fdp.exe. ."), "отчёт.fdp.exe");
        assert_eq!(program("a.fdp.EXE").as_deref(), Some(".exe"));
        assert_eq!(program("exe"), None);
        let long = name(&format!("{}.pdf", "ж".repeat(300)));
        assert!(long.ends_with("ж.pdf") && long.chars().count() == 200);
    }

    #[test]
    fn types_that_are_none_or_that_hold_parts_are_unknown() {
        assert_eq!(content_type("Text/Plain; charset=utf-8"), "text/plain");
        for given in ["", "pdf", "a/b\r\nBcc: x", "message/rfc822", "multipart/mixed", "a b/c", "a/"] {
            assert_eq!(content_type(given), "application/octet-stream", "{given:?}");
        }
    }
}
