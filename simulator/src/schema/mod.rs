//! Request bodies of the business API, read strictly: unknown members, `null`, wrong types and broken limits are
//! refused. What depends on the state is kept out.

mod application;
mod body;
mod installation;
mod text;

pub use application::{AllowTenant, ChangeApplication, CreateApplication};
pub use body::{optional, required};
pub use installation::{InstallApplication, NoMembers};
pub use text::{Comment, Text};
