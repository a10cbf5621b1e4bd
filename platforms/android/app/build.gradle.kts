plugins {
    id("com.android.application")
}

android {
    namespace = "org.gosset.demo"
    compileSdk = 35
    defaultConfig {
        applicationId = "org.gosset.demo"
        minSdk = 29
        targetSdk = 35
        versionCode = 1
        versionName = "0.1.0"
    }
    // Stored, not compressed: openFd() then gives a descriptor that can be mapped.
    androidResources { noCompress += "gosset" }
    // The model of the repository: platforms/models, two folders up.
    sourceSets["main"].assets.srcDir("../../models")
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_11
        targetCompatibility = JavaVersion.VERSION_11
    }
}

dependencies {
    implementation(project(":library"))
}
