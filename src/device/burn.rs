//! burn's name of an open device. burn is registered on the GPU that is open already, so that its tensors and our
//! buffers lie side by side.

use std::sync::Mutex;

use burn::tensor::{Device, Tensor, TensorData};

use super::{OpenDevice, compare, open};
use crate::error::Error;

/// Work that is handed to the browser together; more would make a frame wait for it.
const TASKS_MAX: usize = 64;

/// The same setup may be registered only once in a process.
static REGISTERED: Mutex<Option<Device>> = Mutex::new(None);

/// The device on which burn makes tensors for a run on `opened`.
///
/// # Errors
/// When burn refuses the GPU, or computes wrongly on it.
pub async fn of(opened: &OpenDevice) -> Result<Device, Error> {
    if opened.gpu.is_none() {
        return Ok(Device::flex());
    }
    let known = REGISTERED.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
    if let Some(device) = known {
        return Ok(device);
    }
    let device = register()?;
    check(&device).await?;
    Ok(device)
}

fn register() -> Result<Device, Error> {
    let mut registered = REGISTERED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some(device) = registered.as_ref() {
        return Ok(device.clone());
    }
    let setup = open::setup().ok_or_else(|| Error::Device("No GPU is open for burn.".into()))?;
    let device = Device::wgpu_options().tasks_max(TASKS_MAX).setup(setup).init();
    let device = device.map_err(|error| Error::Device(format!("burn could not use the open GPU: {error}.")))?;
    *registered = Some(device.clone());
    Ok(device)
}

/// Compares burn on `device` with burn on the CPU, on a few elementary results.
///
/// # Errors
/// A sentence that names what differed, and by how much.
pub async fn check(device: &Device) -> Result<(), Error> {
    for (name, work) in
        [("a matrix product", matmul as fn(&Device) -> Tensor<2>), ("sin, cos, log and exp", elementary)]
    {
        let (found, expected) = (read(work(device)).await?, read(work(&Device::flex())).await?);
        compare::compare(name, &found, &expected).map_err(|why| Error::Device(format!("burn on the GPU: {why}.")))?;
    }
    Ok(())
}

fn matmul(device: &Device) -> Tensor<2> {
    let values = |rows: usize, columns: usize| {
        let values: Vec<f32> = (0..rows * columns).map(|i| ((i * 37 % 101) as f32 - 50.0) / 50.0).collect();
        Tensor::<2>::from_data(TensorData::new(values, [rows, columns]), device)
    };
    values(33, 17).matmul(values(17, 29))
}

fn elementary(device: &Device) -> Tensor<2> {
    let angles: Vec<f32> = (-31..=31).map(|i| i as f32 / 10.0).collect();
    let angles = Tensor::<2>::from_data(TensorData::new(angles, [1, 63]), device);
    let positive = angles.clone().square().add_scalar(1e-3);
    Tensor::cat(vec![angles.clone().sin(), angles.clone().cos(), positive.log(), angles.exp().log()], 0)
}

/// Reads a tensor's numbers without blocking, which a browser's GPU does not allow.
///
/// # Errors
/// When the device fails to answer, or answers with another type.
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, Error> {
    let failed = |why: String| Error::Device(format!("The device did not give its numbers back: {why}."));
    let data = tensor.into_data_async().await.map_err(|error| failed(error.to_string()))?;
    data.try_into_vec::<f32>().map_err(|error| failed(format!("{error:?}")))
}
