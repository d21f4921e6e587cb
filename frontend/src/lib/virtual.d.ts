declare module "virtual:lucide" {
  const drawings: Record<string, string>;
  export default drawings;
}
declare module "virtual:lucide/subjects" {
  const drawings: Record<string, string>;
  export default drawings;
}
