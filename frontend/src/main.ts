import { mount } from "svelte";
import "./styles/tokens.css";
import "./styles/fonts.css";
import "./styles/base.css";
import "./styles/parts.css";
import Workspace from "./screens/Workspace.svelte";

const target = document.getElementById("workspace");
if (target) mount(Workspace, { target });
