//! What operations answer with when all went well. What can go wrong is a [`Problem`](super::Problem).

use poem_openapi::{
    ApiResponse, Object,
    payload::Json,
    types::{ParseFromJSON, ToJSON, Type},
};

use super::etag::ETag;

/// 200: what was asked for, without an entity tag: nothing that one changes.
#[derive(Debug, ApiResponse)]
pub enum Listed<T: ToJSON> {
    /// As asked for.
    #[oai(status = 200)]
    Ok(Json<T>),
}

/// 200: a row, found or just changed, with its version.
#[derive(Debug, ApiResponse)]
pub enum Current<T: ToJSON> {
    /// As it is now.
    #[oai(status = 200)]
    Ok(Json<T>, #[oai(header = "ETag")] ETag),
}

/// 201: a row that was not there before.
#[derive(Debug, ApiResponse)]
pub enum Created<T: ToJSON> {
    /// As it was created.
    #[oai(status = 201)]
    Created(
        Json<T>,
        /// Its address.
        #[oai(header = "Location")]
        String,
        #[oai(header = "ETag")] ETag,
    ),
}

/// 201: something that has begun, and that goes on by itself: it has no version to change.
#[derive(Debug, ApiResponse)]
pub enum Started<T: ToJSON> {
    /// As it began.
    #[oai(status = 201)]
    Started(
        Json<T>,
        /// Its address.
        #[oai(header = "Location")]
        String,
    ),
}

/// 204: it is gone.
#[derive(Debug, ApiResponse)]
pub enum Deleted {
    /// It is gone.
    #[oai(status = 204)]
    Gone,
}

/// One page of a list.
#[derive(Debug, Object)]
pub struct Page<T: Type + ParseFromJSON + ToJSON> {
    pub items: Vec<T>,
    /// The `cursor` of the next page; null on the last one.
    pub next: Option<String>,
}
