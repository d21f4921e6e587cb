import { mount } from "svelte";
import "./lib/trusted";
import "../../src/sayso/web/pages/look/tokens.css";
import "./styles/fonts.css";
import "../../src/sayso/web/pages/look/base.css";
import "../../src/sayso/web/pages/look/parts.css";
import Workspace from "./screens/Workspace.svelte";

const target = document.getElementById("workspace");
if (target) mount(Workspace, { target });
