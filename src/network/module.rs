//! Any network in burn, whose gradients come by automatic differentiation.

use burn::module::Module;
use burn::tensor::{Device, Gradients, Tensor, TensorData};

use super::architecture::{Architecture, Body};
use super::conditioning::{Telling, Told};
use super::mlp::Mlp;
use super::parameters;

/// v(x, t): what an [`Architecture`] describes, with its parameters.
#[derive(Clone, Debug)]
pub struct Network {
    architecture: Architecture,
    telling: Telling,
    layers: Layers,
    device: Device,
}

/// The families.
#[derive(Module, Debug)]
enum Layers {
    Mlp(Mlp),
}

impl Network {
    /// The network with these parameters.
    ///
    /// # Shapes
    /// `values` are one list for each of [`Architecture::parameters`], in their order.
    pub fn new(architecture: &Architecture, device: &Device, values: &[Vec<f32>]) -> Network {
        let layers = match &architecture.body {
            Body::Mlp(layers) => Layers::Mlp(Mlp::zeros(layers, device)),
        };
        let tensor = |list: &Vec<f32>| Tensor::from_data(TensorData::new(list.clone(), [list.len()]), device);
        let telling = Telling::of(architecture);
        let network = Network { architecture: architecture.clone(), telling, layers, device: device.clone() };
        network.with(values.iter().map(tensor).collect(), false)
    }

    /// What it computes.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Where it computes.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Its parameters: see [`parameters::values`].
    pub fn values(&self) -> Vec<Tensor<1>> {
        parameters::values(&self.layers)
    }

    /// Their gradients: see [`parameters::gradients`].
    pub fn gradients(&self, gradients: &mut Gradients) -> Vec<Tensor<1>> {
        parameters::gradients(&self.layers, gradients)
    }

    /// The network with these parameters in place of its own: see [`parameters::with_values`].
    pub fn with(self, values: Vec<Tensor<1>>, learns: bool) -> Network {
        Network { layers: parameters::with_values(self.layers, values, learns), ..self }
    }

    /// The velocity at points `x`, each at its own time or all at one.
    ///
    /// # Shapes
    /// `x` and the result are `[n, dim]`; of the times and the labels there are `n`, or one time, or no label.
    pub fn forward(&self, x: Tensor<2>, told: Told) -> Tensor<2> {
        let points = x.dims()[0];
        let column = |values: Vec<f32>| {
            let shape = [told.t.len(), values.len() / told.t.len()];
            Tensor::<2>::from_data(TensorData::new(values, shape), &self.device)
        };
        // A tensor of no columns would do nowhere: without classes no layer reads it.
        let label = match self.telling.classes() {
            0 => Tensor::zeros([1, 1], &self.device),
            classes => {
                let columns = self.telling.columns(told.labels, points);
                Tensor::from_data(TensorData::new(columns, [points, classes]), &self.device)
            }
        };
        let given = [x.clone(), column(self.telling.features(told.t)), label];
        let output = match &self.layers {
            Layers::Mlp(mlp) => mlp.forward(given),
        };
        let forms: Option<Vec<(f32, f32)>> = told.t.iter().map(|&t| self.telling.form(t)).collect();
        let Some(forms) = forms else { return output };
        let (scales, shifts): (Vec<f32>, Vec<f32>) = forms.into_iter().unzip();
        let of_all = |values: Vec<f32>| column(values).expand([points, self.architecture.input.dim]);
        output * of_all(scales) + x * of_all(shifts)
    }
}
