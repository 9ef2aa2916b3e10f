// Elements of index.html. No other room asks for one by its id.

export const $ = (id) => document.getElementById(id);
