//! `sen officer`: accounts of officers from the command line, for the first one of a system that nobody can sign in to yet.

use crate::clean::Lang;
use crate::country::Country;
use crate::database;
use crate::house::House;
use anyhow::{Context, Result, anyhow, bail};
use identity::enrolment::{Activation, Handed, NewOfficer};
use kernel::{BodyId, Problem, Role};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use web::{Language, Texts};

/// Officers' accounts.
#[derive(Debug, clap::Subcommand)]
pub enum Officer {
    /// Issues an account and prints the word by which its owner sets password and second factor. The first of a system is an
    /// `administrator` of the portal, who appoints the others on a page
    Issue(IssueArgs),
}

/// What `sen officer issue` is told.
#[derive(Clone, Debug, clap::Args)]
pub struct IssueArgs {
    /// What the officer will sign in with: 3 to 64 of a-z, digits, `.`, `-`, `_`
    pub login: String,
    /// The officer's name or office, as pages show it
    #[arg(long)]
    pub label: String,
    /// The body, which answers for the account
    #[arg(long, default_value = procedure::PORTAL)]
    pub body: String,
    /// A role; may stand several times
    #[arg(long = "role", default_value = identity::ADMINISTRATOR)]
    pub roles: Vec<String>,
    /// The data folder of the program
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// A pack's folder instead of the built-in pack of Vietnam
    #[arg(long)]
    pub pack: Option<PathBuf>,
    /// The language of what is said
    #[arg(long, value_enum, default_value_t = Lang::Vi)]
    pub lang: Lang,
    /// Print account, word and last moment as JSON
    #[arg(long)]
    pub json: bool,
}

/// Runs the command.
///
/// # Errors
/// When the body or a role is not of the pack, or the account is refused; nothing is kept then.
pub async fn run(Officer::Issue(args): &Officer) -> Result<ExitCode> {
    let folder = args.data.clone().unwrap_or_else(store::default_data_dir);
    std::fs::create_dir_all(&folder)?;
    let country = Arc::new(Country::open(args.pack.as_deref())?);
    let (db, ours) = database::join(&folder).await?;
    let issued = match House::build(country, db.clone(), &folder.join("keys")) {
        Ok(house) => issue(&house, args).await,
        Err(error) => Err(error),
    };
    match ours {
        Some(database) => database.close().await?,
        None => db.pool().close().await,
    }
    say(&issued?, args)?;
    Ok(ExitCode::SUCCESS)
}

async fn issue(house: &House, args: &IssueArgs) -> Result<(kernel::AccountId, Activation)> {
    let enrolment = house.enrolment.as_ref().context("the pack has no rules of accounts (accounts/)")?;
    let (catalogue, body) = (house.exchange.catalogue(), BodyId::new(args.body.as_str()));
    if catalogue.body(&body, house.ctx.today()).is_none() {
        bail!("no body is called `{body}` today");
    }
    let known: Vec<Role> = catalogue.roles_in(&body).collect();
    let roles: Vec<Role> = args.roles.iter().map(|role| Role::new(role.as_str())).collect();
    if let Some(role) = roles.iter().find(|role| !known.contains(role)) {
        let known: Vec<&str> = known.iter().map(Role::as_str).collect();
        bail!("no officer of `{body}` is `{role}`; there are: {}", known.join(", "));
    }
    let new = NewOfficer { body: &body, login: &args.login, label: &args.label, roles: &roles, until: None };
    match enrolment.issue(&house.ctx, &new, "", str::to_owned).await {
        Ok((account, Handed::Word(activation))) => Ok((account, activation)),
        Ok((_, Handed::Sent { .. })) => bail!("the word was sent to nobody"),
        Err(error) => {
            let problem = Problem::from(error);
            let texts = Texts::new(&[kernel::MESSAGES, store::MESSAGES, exchange::MESSAGES, identity::MESSAGES])?;
            let said: Vec<_> = problem.args.into_iter().collect();
            let language = Language::from(args.lang);
            Err(anyhow!("{}: {}", problem.code, texts.say(language, &problem.code.to_lowercase(), &said)))
        }
    }
}

#[expect(clippy::print_stdout, reason = "what the command was run for")]
fn say((account, activation): &(kernel::AccountId, Activation), args: &IssueArgs) -> Result<()> {
    let until = activation.expires_at.format(&time::format_description::well_known::Rfc3339)?;
    if args.json {
        let said = json!({"account": account, "login": args.login, "word": activation.token, "expires_at": until});
        println!("{}", serde_json::to_string_pretty(&said)?);
        return Ok(());
    }
    let (word, login) = (&activation.token, &args.login);
    match args.lang {
        Lang::Vi => println!(
            "Đã cấp tài khoản {login}. Mã kích hoạt, dùng một lần, đến {until}:\n\n    {word}\n\nĐặt mật khẩu tại /tai-khoan/kich-hoat của cổng."
        ),
        Lang::En => println!(
            "The account {login} is issued. Activation code, good once, until {until}:\n\n    {word}\n\nSet a password at /tai-khoan/kich-hoat of the portal."
        ),
    }
    Ok(())
}
