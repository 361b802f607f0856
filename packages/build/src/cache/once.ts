/** @returns a function that calls `make` the first time only, and frees it and what it holds */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let state: { make: () => Promise<T> } | { made: Promise<T> } = { make };
  return () => {
    if ('make' in state) state = { made: state.make() };
    return state.made;
  };
}
