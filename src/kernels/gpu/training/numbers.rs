//! The numbers of a network in training, out of their buffers and back.

use super::Training;
use crate::error::Error;
use crate::kernels::gpu::layout::FOUR;

impl Training {
    /// The rows of the last batch that was drawn, `batch × 4 Net::row()` numbers.
    #[cfg(test)]
    pub async fn rows(&self) -> Result<Vec<f32>, Error> {
        self.submit();
        self.gpu.read(&self.batches, self.batch * FOUR * self.net.row()).await
    }

    /// The weights in their natural order.
    ///
    /// # Errors
    /// When the device is lost.
    pub async fn weights(&self) -> Result<Vec<Vec<f32>>, Error> {
        self.parameters(&self.weights).await
    }

    /// Their average in the same order.
    ///
    /// # Errors
    /// When the device is lost.
    pub async fn average(&self) -> Result<Vec<Vec<f32>>, Error> {
        self.parameters(&self.average).await
    }

    async fn parameters(&self, buffer: &wgpu::Buffer) -> Result<Vec<Vec<f32>>, Error> {
        self.submit();
        Ok(self.net.unpack(&self.gpu.read(buffer, FOUR * self.net.len).await?))
    }

    /// First and second moment of every parameter's gradient.
    ///
    /// # Errors
    /// When the device is lost.
    pub async fn moments(&self) -> Result<[Vec<Vec<f32>>; 2], Error> {
        self.submit();
        let packed = self.gpu.read(&self.moments, 2 * FOUR * self.net.len).await?;
        let (m, v) = packed.split_at(FOUR * self.net.len);
        Ok([self.net.unpack(m), self.net.unpack(v)])
    }

    /// Goes on from these numbers; empty lists are zeros.
    pub fn restore(&mut self, weights: &[Vec<f32>], moments: [&[Vec<f32>]; 2], average: &[Vec<f32>]) {
        self.submit(); // what is written here comes after it
        let pack = |lists: &[Vec<f32>]| match lists.len() {
            0 => vec![0.0; FOUR * self.net.len],
            _ => self.net.pack(lists),
        };
        let write = |buffer: &wgpu::Buffer, numbers: &[f32]| {
            self.gpu.queue.write_buffer(buffer, 0, bytemuck::cast_slice(numbers));
        };
        write(&self.weights, &pack(weights));
        write(&self.transposed, &self.net.pack_transposed(weights));
        write(&self.moments, &moments.map(pack).concat());
        write(&self.average, &pack(average));
        let pending = self.pending.get_mut();
        (pending.fresh, pending.kept) = (0, Vec::new());
    }

    /// A copy of the packed weights, or of their average, as the steps so far have left them.
    pub fn snapshot(&self, average: bool) -> wgpu::Buffer {
        self.submit();
        self.gpu.copied(if average { &self.average } else { &self.weights })
    }
}
