//! Whose token it is, for programs.

use poem::web::Data;
use poem_openapi::{Object, OpenApi, Tags, payload::Json as Plain};
use time::OffsetDateTime;

use crate::{
    app::App,
    i18n::Language,
    tokens::{self, Caller, Reading, model::Kept},
    users::{
        management::api::RoleName,
        model::User,
        rights::{self, TABLE},
    },
    web::api::{Listed, Problem},
};

#[derive(Tags)]
enum Tag {
    /// The user whose token it is.
    Me,
}

/// The user whose token it is, and the token.
#[derive(Debug, Object)]
#[oai(rename = "Me")]
pub struct Output {
    id: i64,
    email: String,
    /// The full name.
    name: String,
    /// The language of the profile, in which answers are worded (`en` or `ru`); null: as the request asks.
    language: Option<String>,
    /// The IANA time zone of the profile; null: none is chosen.
    time_zone: Option<String>,
    /// What the user is beside a user, which everybody is.
    roles: Vec<RoleName>,
    /// What the user may do beyond what is theirs.
    rights: Vec<String>,
    /// Whether signing in takes a second factor.
    has_two_factor: bool,
    /// The token that was sent.
    token: Token,
}

/// A token, without what makes it one.
#[derive(Debug, Object)]
pub struct Token {
    id: i64,
    name: String,
    /// What it may be used for: `read`, `write`, `send`.
    scopes: Vec<String>,
    /// When it was made.
    created_at: OffsetDateTime,
    /// From when on it is worth nothing.
    expires_at: OffsetDateTime,
}

impl Output {
    fn new(user: User, token: Kept) -> Self {
        let rights = TABLE.iter().filter(|row| rights::allows(&user.roles, row.right)).map(|row| row.name.to_owned()).collect();
        Self {
            id: user.id,
            email: user.email,
            name: user.full_name,
            language: user.language.map(|language: Language| language.tag().to_owned()),
            time_zone: user.time_zone,
            roles: RoleName::all_of(&user.roles),
            rights,
            has_two_factor: user.has_two_factor,
            token: Token {
                id: token.id,
                name: token.name,
                scopes: token.scopes.names(),
                created_at: token.created_at,
                expires_at: token.expires_at,
            },
        }
    }
}

pub struct Api;

#[OpenApi(tag = "Tag::Me")]
impl Api {
    /// Show yourself
    ///
    /// The user whose token it is, what they may do, and the token.
    #[oai(path = "/me", method = "get", operation_id = "showMe")]
    async fn show(&self, caller: Caller<Reading>, app: Data<&App>) -> Result<Listed<Output>, Problem> {
        let token = tokens::queries::get(&app.db, caller.id(), caller.token_id).await?;
        Ok(Listed::Ok(Plain(Output::new(caller.user.0, token))))
    }
}
