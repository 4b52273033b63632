//! Conversation: what people say of what they see, to both sides or to their own.

mod comment;

pub use comment::{Comment, CommentCreate, CommentUpdate, CommentVisibility, Subject, comment_create, comment_update};
