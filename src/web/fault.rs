//! An error as JavaScript gets it.

use js_sys::Reflect;
use wasm_bindgen::prelude::*;

use crate::error::Error;

/// A JavaScript `Error` with the sentence, and whose fault it is as its `code`: what `LabError` in `www/lab/errors.js`
/// carries on.
pub struct Fault(JsValue);

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let code = match error {
            Error::Input(_) => "input",
            Error::File(_) => "file",
            Error::Device(_) => "device",
            Error::Failed(_) => "failed",
        };
        let fault = JsError::new(&error.to_string()).into();
        Reflect::set(&fault, &"code".into(), &code.into()).expect("an error takes any key");
        Fault(fault)
    }
}

/// Our own calls, which `www/worker.js` alone makes, are well formed.
impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Fault(JsError::from(error).into())
    }
}

impl From<Fault> for JsValue {
    fn from(Fault(error): Fault) -> Self {
        error
    }
}
