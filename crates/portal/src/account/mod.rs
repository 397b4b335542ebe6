//! The account and signing in by it elsewhere: what a relying party asks, devices and sessions, history, consents,
//! passwords and passkeys; asking for an account, and the counter where level 2 is opened.

mod activate;
mod agents;
mod apply;
mod asking;
mod authority;
mod consent;
mod counter;
mod devices;
mod history;
mod home;
mod logout;
mod messages;
mod organisation;
mod parties;
mod passkey;
mod qr;
mod security;
mod step_up;

pub(crate) use apply::{enrolment, message_to_officer};
pub(crate) use consent::client;
pub(crate) use counter::word_page;
pub(crate) use history::{reason, words as history_words};

use crate::State;
use axum::{
    Router,
    routing::{get, post},
};

pub(crate) fn router() -> Router<State> {
    Router::new()
        .route("/cho-phep/{interaction}", get(consent::show).post(consent::answer))
        .route("/dang-nhap/them", get(step_up::show).post(step_up::confirm))
        .route("/dang-nhap/them/khuon-mat", post(step_up::face))
        .route("/dang-nhap/them/khoa-truy-cap/bat-dau", post(passkey::confirm_begin))
        .route("/dang-nhap/them/khoa-truy-cap", post(passkey::confirm_finish))
        .route("/dang-nhap/khoa-truy-cap/bat-dau", post(passkey::sign_in_begin))
        .route("/dang-nhap/khoa-truy-cap", post(passkey::sign_in_finish))
        .route("/dang-nhap/qr", get(qr::show))
        .route("/dang-nhap/qr/cho", get(qr::poll))
        .route("/dang-nhap/qr/{token}", get(qr::seen).post(qr::choose))
        .route("/dang-xuat/hoi", get(logout::ask))
        .route("/ma-thiet-bi", get(asking::code).post(asking::enter))
        .route("/tai-khoan/yeu-cau", get(asking::list).post(asking::answer))
        .route("/tai-khoan/yeu-cau/{asking}", get(asking::show))
        .route("/tai-khoan/ben-thu-ba", get(parties::show).post(parties::withdraw))
        .route("/tai-khoan", get(home::show))
        .route("/tai-khoan/thiet-bi", get(devices::show).post(devices::end))
        .route("/tai-khoan/lich-su", get(history::show))
        .route("/tai-khoan/mo", get(apply::form).post(apply::send))
        .route("/tai-khoan/uy-quyen", get(authority::show).post(authority::change))
        .route("/tai-khoan/to-chuc", get(organisation::form).post(organisation::send))
        .route("/tai-khoan/to-chuc/{authority}", get(agents::show).post(agents::change))
        .route("/tai-khoan/con", get(apply::child_form).post(apply::send_child))
        .route("/tin-nhan", get(messages::show))
        .route("/tai-khoan/kich-hoat", get(activate::form).post(activate::activate))
        .route("/can-bo/tai-khoan", get(counter::list).post(counter::call_up))
        .route("/can-bo/tai-khoan/{application}", get(counter::application).post(counter::decide))
        .route("/can-bo/tai-khoan/nguoi/{account}", get(counter::account).post(counter::change))
        .route("/tai-khoan/bao-mat", get(security::show))
        .route("/tai-khoan/bao-mat/mat-khau", post(security::password))
        .route("/tai-khoan/bao-mat/ma-mot-lan", get(security::totp).post(security::keep_totp))
        .route("/tai-khoan/bao-mat/ma-du-phong", post(security::recovery))
        .route("/tai-khoan/bao-mat/khoa-truy-cap/bat-dau", post(passkey::register_begin))
        .route("/tai-khoan/bao-mat/khoa-truy-cap", post(passkey::register_finish))
        .route("/tai-khoan/bao-mat/khoa-truy-cap/bo", post(security::remove_passkey))
}
