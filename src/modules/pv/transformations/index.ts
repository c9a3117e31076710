export const transformations = {};
