// Counts the compute dispatches of the thread that runs it, page or worker, and tells them to whoever asks.

{
  let count = 0;
  const passes = self.GPUComputePassEncoder?.prototype;
  for (const name of ['dispatchWorkgroups', 'dispatchWorkgroupsIndirect']) {
    const dispatch = passes?.[name];
    if (!dispatch) continue;
    passes[name] = function (...sizes) {
      count++;
      return dispatch.apply(this, sizes);
    };
  }
  const channel = new BroadcastChannel('dispatches');
  channel.onmessage = ({ data }) => data === 'how many?' && channel.postMessage(count);
  self.dispatches = () => count;
}
