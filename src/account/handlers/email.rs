//! Another address: asked for here, confirmed by the link in a mail to it.

use poem::{
    handler,
    web::{Data, Path},
};

use crate::{
    account::{model::EmailChangeForm, views},
    app::{App, Enqueue},
    db::ResultExt,
    error::{Error, Result},
    limits::Door,
    users::{
        CurrentUser, Visitor,
        jobs::{self, Occasion, SendAccountMail},
        proof::{account, own_password},
        queries,
    },
    web::{self, Chrome, ClientAddress, FieldErrors, FormData, Page},
};

#[handler]
pub fn new(user: CurrentUser, chrome: Chrome) -> Page {
    Page::ok(views::email_page(&user, &chrome, &EmailChangeForm::default(), &FieldErrors::default()))
}

/// The same answer whoever has the new address; only its mailbox learns.
#[handler]
pub async fn create(
    user: CurrentUser,
    client: ClientAddress,
    chrome: Chrome,
    app: Data<&App>,
    FormData(form): FormData<EmailChangeForm>,
) -> Result<Page> {
    let refused = |errors: &FieldErrors| Page::refused(errors, views::email_page(&user, &chrome, &form, errors));
    let email = match form.parse(&user.0.email) {
        Ok(email) => email,
        Err(errors) => return Ok(refused(&errors)),
    };
    if let Err(errors) = own_password(&app, &user, client, "password", &form.password).await? {
        return Ok(refused(&errors));
    }
    // The right password is no licence to write to strangers.
    let users = app.throttle.count(Door::EmailChange, client, &account(&user));
    if let Err(wait) = users.and_then(|()| app.throttle.count(Door::NewAddress, client, &email)) {
        return Ok(refused(&FieldErrors::of_wait(wait)));
    }
    let mut transaction = app.db.begin().await?;
    let token_id = queries::insert_email_change(&mut transaction, user.id(), &email).await?;
    let mails = [SendAccountMail::on(Occasion::EmailChange { token_id }), SendAccountMail::on(Occasion::EmailChangeAsked { token_id })];
    app.enqueue_all(&mut transaction, mails.map(|mail| (mail, Enqueue::default())).into()).await?;
    transaction.commit().await?;
    Ok(Page::ok(views::email_sent_page(&user, &chrome, &email)))
}

/// The link in the mail. Looking at it changes nothing: mail programs look at links by themselves.
#[handler]
pub async fn edit(visitor: Visitor, chrome: Chrome, app: Data<&App>, Path(token): Path<String>) -> Result<Page> {
    let mut transaction = app.db.begin().await?;
    let Some(change) = queries::email_change(&mut transaction, &jobs::token_hash(&token)).await? else {
        return Ok(Page::invalid(views::bad_email_link_page(&visitor, &chrome)));
    };
    Ok(Page::ok(views::confirm_email_page(&visitor, &chrome, &token, &change.new_email)))
}

/// What became of the address.
enum Changed {
    Done,
    /// Somebody else has it meanwhile.
    Taken,
    Failed(Error),
}

impl From<sqlx::Error> for Changed {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}

#[handler]
pub async fn update(visitor: Visitor, chrome: Chrome, app: Data<&App>, Path(token): Path<String>) -> Result<Page> {
    let mut transaction = app.db.begin().await?;
    let Some(change) = queries::email_change(&mut transaction, &jobs::token_hash(&token)).await? else {
        return Ok(Page::invalid(views::bad_email_link_page(&visitor, &chrome)));
    };
    let former = queries::keep_address(&mut *transaction, change.user_id).await?;
    let changed = queries::change_email(&mut *transaction, &change).await.on_constraint("users_email_key", || Changed::Taken);
    match changed.map_or_else(|failure| failure, |()| Changed::Done) {
        Changed::Done => {}
        Changed::Taken => return Ok(Page::conflict(views::email_taken_page(&visitor, &chrome))),
        Changed::Failed(error) => return Err(error),
    }
    // A link to the old mailbox must not open the account any more.
    queries::kill_tokens(&mut *transaction, change.user_id).await?;
    web::session::rotate_all(&mut *transaction, change.user_id).await?;
    if let Some(former_address_id) = former {
        app.enqueue(&mut transaction, SendAccountMail::on(Occasion::EmailChanged { former_address_id }), Enqueue::default()).await?;
    }
    transaction.commit().await?;
    tracing::info!(user.id = change.user_id, "User {} has changed their address", change.user_id);
    Ok(Page::ok(views::email_changed_page(&visitor, &chrome, &change.new_email)))
}
