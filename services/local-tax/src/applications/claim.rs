//! What the forms for the three reliefs have in common.

/// Declares a form that asks for relief after a disaster: its own fields and those that every such form has, and what is
/// done with it. `verdict()` of the form says what the law gives, its `tax()` finds the tax that it is asked of.
macro_rules! relief_claim {
    (
        $(#[$($doc:tt)*])+
        $visibility:vis struct $form:ident {
            $($field:tt)*
        }
        name: $name:tt, title: $title:tt, description: $description:tt
    ) => {
        $(#[$($doc)*])+
        #[derive(Debug, serde::Deserialize, serde::Serialize, utoipa::ToSchema, validator::Validate)]
        #[serde(deny_unknown_fields)]
        $visibility struct $form {
            $($field)*
            /// 災害發生日
            disaster_on: chrono::NaiveDate,
            #[doc = $description]
            description: capability::Text<1, 500>,
            /// 聯絡電話
            contact_phone: identifiers::Phone,
            /// 受災照片及證明文件：先上傳之附件編號
            #[serde(default)]
            attachments: Vec<uuid::Uuid>,
        }

        impl capability::Form for $form {
            const KIND: capability::Kind = capability::Kind::new($name, $title).with_attachments(5);
            type Finding = Relief;

            fn deadline(&self) -> Option<capability::Deadline> {
                Some(self.verdict().deadline())
            }

            fn attachments(&self) -> &[uuid::Uuid] {
                &self.attachments
            }

            async fn examine(&self, asked: &Examination<'_>) -> Result<Relief, Problem> {
                capability::not_later("disaster_on", self.disaster_on, asked.today())?;
                let tax = self.tax(asked).await?;
                Ok(self.verdict().of(tax, asked.today()))
            }
        }
    };
}

pub(super) use relief_claim;
