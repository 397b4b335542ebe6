//! Forms with files (`multipart/form-data`, RFC 7578), checked like every other form.

use crate::form::{ours, refused};
use crate::{Failure, Form, Web, codes};
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRef, FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use kernel::{Kind, Problem};

/// Most parts of one form.
const PARTS_MAX: usize = 200;
/// Most characters of a file's name that are kept.
const NAME_CHARS_MAX: usize = 200;

/// A form that may bring files. The whole is no larger than [`crate::BODY_BYTES_MAX`].
#[derive(Debug, Default)]
pub struct Upload {
    /// The fields without a file.
    pub form: Form,
    /// The files, those that were left empty not among them.
    pub files: Vec<Uploaded>,
}

/// A file of a form.
pub struct Uploaded {
    /// The field.
    pub field: String,
    /// The name that the sender's machine gave it, without folders.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

// What people send is theirs.
impl std::fmt::Debug for Uploaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Uploaded").field("field", &self.field).field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

impl Upload {
    /// The file of this field; the first one where there are several.
    #[must_use]
    pub fn file(&self, field: &str) -> Option<&Uploaded> {
        self.files.iter().find(|file| file.field == field)
    }
}

impl<S> FromRequest<S> for Upload
where
    S: Send + Sync,
    Web: FromRef<S>,
{
    type Rejection = Failure;

    /// A page's other forms, without files, may come to the same address.
    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("application/x-www-form-urlencoded") {
            return Ok(Self { form: Form::from_request(request, state).await?, files: Vec::new() });
        }
        let (visitor, request) = ours(request, state).await?;
        let mut multipart = Multipart::from_request(request, state)
            .await
            .map_err(|rejection| refused(rejection.into_response().status(), "multipart/form-data"))?;
        let mut upload = Self::default();
        let mut count = 0;
        while let Some(field) = multipart.next_field().await.map_err(broken)? {
            count += 1;
            if count > PARTS_MAX {
                return Err(Failure(Problem::new(Kind::Invalid, codes::SHAPE).with("detail", "parts")));
            }
            let name = field.name().unwrap_or_default().to_owned();
            match field.file_name().map(plain) {
                Some(file) => {
                    let bytes = field.bytes().await.map_err(broken)?.to_vec();
                    // Browsers send an empty part where no file was chosen.
                    if !file.is_empty() || !bytes.is_empty() {
                        upload.files.push(Uploaded { field: name, name: file, bytes });
                    }
                }
                None => upload.form.0.push((name, field.text().await.map_err(broken)?)),
            }
        }
        upload.form.check(&visitor)?;
        Ok(upload)
    }
}

fn broken(error: MultipartError) -> Failure {
    refused(error.status(), "multipart/form-data")
}

/// A file's name without folders, control characters and excess.
fn plain(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn folders_and_control_characters_are_no_part_of_a_name() {
        assert_eq!(super::plain("C:\\a\\báo cáo.pdf"), "báo cáo.pdf");
        assert_eq!(super::plain("../../etc/passwd"), "passwd");
        assert_eq!(super::plain("a\r\nb\0.txt"), "ab.txt");
    }
}
