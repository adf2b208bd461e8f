//! Where traces are off.

use trace::{Kind, Scope, Span};
use uuid::Uuid;

#[tokio::test]
async fn nothing_is_traced_and_nothing_is_told() {
    assert!(!trace::is_on());
    let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    for span in [
        Span::edge("gateway", Uuid::now_v7()),
        Span::server("household", || Some(header)),
    ] {
        assert_eq!(span.context(), None);
        let within = async {
            assert_eq!(Scope::current().context(), None);
            assert!(!Span::child(Kind::Internal, "decide").is_recorded());
        };
        span.within(within).await;
    }
}
