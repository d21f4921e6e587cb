declare module "virtual:lucide" {
  const drawings: Record<string, string>;
  export default drawings;
}
