/** The fields of a domain configuration in the order of `libxl_types.idl` (Xen 4.17), RFC v4's two among them. */
import { type DomainType } from "./domain_config.ts";

/** A structure's fields in order; a nested structure is [name, fields]. */
export type Layout = readonly (string | readonly [string, Layout])[];

const words = (text: string): string[] => text.trim().split(/\s+/);

const CREATE_INFO = words(`
  type hap oos ssid_label name domid uuid pool_name run_hotplug_scripts driver_domain passthrough
  xend_suspend_evtchn_compat
`);

export const DISPLAY_LAYOUT = {
  vnc: words("enable listen passwd display findunused"),
  sdl: words("enable opengl display xauthority"),
};
const SPICE = words(`
  enable port tls_port host disable_ticketing passwd agent_mouse vdagent clipboard_sharing usbredirection
  image_compression streaming_video
`);

const OF_TYPE: Readonly<Record<DomainType, Layout>> = {
  hvm: [
    ...words("firmware bios pae acpi_s3 acpi_s4 acpi_laptop_slate nx viridian viridian_enable viridian_disable hpet"),
    ...words("vpt_align mmio_hole_memkb altp2m system_firmware smbios_firmware acpi_firmware hdtype nographic"),
    ["vga", ["kind"]],
    ["vnc", DISPLAY_LAYOUT.vnc],
    "keymap",
    ["sdl", DISPLAY_LAYOUT.sdl],
    ["spice", SPICE],
    ...words("gfx_passthru gfx_passthru_kind serial boot usb usbversion usbdevice vkb_device soundhw"),
    ...words("xen_platform_pci usbdevice_list vendor_device ms_vm_genid serial_list"),
    ["rdm", ["strategy", "policy"]],
    ...words("rdm_mem_boundary_memkb mca_caps"),
  ],
  pv: ["e820_host"],
  pvh: words("pvshim pvshim_path pvshim_cmdline pvshim_extra"),
};

const SCHEDULING = words("sched weight cap period budget extratime slice latency");

const buildInfo = (type: DomainType): Layout => [
  ...words("max_vcpus avail_vcpus vcpu_hard_affinity vcpu_soft_affinity numa_placement tsc_mode max_memkb"),
  ...words("target_memkb video_memkb shadow_memkb rtc_timeoffset exec_ssid_label localtime disable_migrate"),
  ...words("max_grant_frames max_maptrack_frames max_grant_version device_model_version device_model_stubdomain"),
  ...words("stubdomain_memkb stubdomain_kernel stubdomain_cmdline stubdomain_ramdisk device_model"),
  ...words("device_model_ssid_label device_model_user extra extra_pv extra_hvm"),
  ["sched_params", SCHEDULING],
  ...words("ioports irqs iomem claim_mode event_channels kernel cmdline ramdisk device_tree acpi bootloader"),
  ...words("bootloader_args timer_mode nested_hvm apic dm_restrict tee"),
  [`type.${type}`, OF_TYPE[type]],
  ["arch_arm", ["gic_version", "vuart"]],
  ["arch_x86", ["msr_relaxed"]],
  ...words("altp2m vmtrace_buf_kb vpmu dm_acpi_size"),
];

const DEVICES = words(`
  disks nics pcidevs dtdevs vfbs vkbs vtpms p9s pvcallsifs vdispls channels usbctrls usbdevs vnvdimms
`);
const ACTIONS = words("on_poweroff on_reboot on_watchdog on_crash on_soft_reset");

export const configLayout = (
  type: DomainType,
): Layout => [["c_info", CREATE_INFO], ["b_info", buildInfo(type)], ...DEVICES, ...ACTIONS];
