//! Between burn's modules and plain lists: a module's parameters in the order of
//! [`Architecture::parameters`](super::Architecture::parameters), each as one row of numbers whatever its rank.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Gradients, Tensor};

/// A module's parameters, outside automatic differentiation.
///
/// # Shapes
/// One tensor a parameter, of as many numbers as its extents multiply to.
pub fn values(module: &impl Module) -> Vec<Tensor<1>> {
    struct Visitor(Vec<Tensor<1>>);
    impl ModuleVisitor for Visitor {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.push(flat(outside(param.val())));
        }
    }
    let mut visitor = Visitor(Vec::new());
    module.visit(&mut visitor);
    visitor.0
}

/// The gradient by every parameter, as in [`values`]; zeros where there is none.
pub fn gradients(module: &impl Module, gradients: &mut Gradients) -> Vec<Tensor<1>> {
    struct Visitor<'a>(Vec<Tensor<1>>, &'a mut Gradients);
    impl ModuleVisitor for Visitor<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let value = param.val();
            let gradient = value.grad_remove(self.1).unwrap_or_else(|| outside(value).zeros_like());
            self.0.push(flat(gradient));
        }
    }
    let mut visitor = Visitor(Vec::new(), gradients);
    module.visit(&mut visitor);
    visitor.0
}

/// The module with these parameters, as in [`values`]; it `learns` if gradients by them will be asked for.
pub fn with_values<M: Module>(module: M, values: Vec<Tensor<1>>, learns: bool) -> M {
    struct Mapper(std::vec::IntoIter<Tensor<1>>, bool);
    impl ModuleMapper for Mapper {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let (fresh, learns) = (self.0.next().expect("as many as the module has"), self.1);
            param.map(|old| {
                let fresh = fresh.reshape(old.dims());
                if learns { fresh.autodiff().require_grad() } else { fresh }
            })
        }
    }
    module.map(&mut Mapper(values.into_iter(), learns))
}

fn flat<const D: usize>(tensor: Tensor<D>) -> Tensor<1> {
    let numbers = tensor.dims().iter().product::<usize>();
    tensor.reshape([numbers])
}

fn outside<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    if tensor.is_autodiff() { tensor.inner() } else { tensor }
}
