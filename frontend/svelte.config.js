/** A form copies what it was opened with, on purpose: the dialog is made anew for each thing. */
export default {
  compilerOptions: {
    warningFilter: (warning) => warning.code !== "state_referenced_locally",
  },
};
